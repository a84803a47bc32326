import pytest

from inkcloud.control.templates import Templates
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.replica.load_service import load_service
from inkcloud.replica.service_host import ServiceHost
from inkcloud.services.catalogue import TEMPLATES
from support.served import served

NAMES = ["text-to-image", "image-to-image", "hello-world", "sentence-embeddings"]


def test_the_templates_are_these():
    assert [template.name for template in TEMPLATES] == NAMES
    assert TEMPLATES[0].title == "Text2Image Generation"


@pytest.mark.parametrize("template", TEMPLATES, ids=NAMES)
def test_a_template_makes_an_endpoint_whose_class_is_there(template):
    endpoint = Templates(TEMPLATES).endpoint(template.name, "mine")

    assert ServiceHost(load_service(endpoint.service)).methods[0].name == "infer"


@pytest.mark.parametrize("template", TEMPLATES[:2], ids=NAMES[:2])
def test_a_drawing_example_is_a_valid_request(template):
    request = GenerationRequest.from_mapping(template.example).validated(Limits())

    assert (request.image is not None) == (template.name == "image-to-image")


@pytest.mark.parametrize("template", TEMPLATES[2:], ids=NAMES[2:])
def test_an_example_is_answered(template):
    with served(load_service(template.service)) as server:
        answer = server.http.post("/infer", json=template.example)

    assert answer.status_code == 200
    assert answer.json()["output"]
