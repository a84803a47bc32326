import pytest

from inkcloud.control.templates import Templates
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.template import Template

PICTURES = Template(
    name="pictures",
    title="Text to picture",
    description="Draws.",
    service="m:Draw",
    environment={"INKCLOUD_MODEL": "inkling", "INKCLOUD_DTYPE": "auto"},
    concurrency_per_replica=16,
)
HELLO = Template(name="hello", title="Hello", description="Greets.", service="m:Hello")


@pytest.fixture
def templates():
    return Templates((PICTURES, HELLO))


def test_templates_are_listed_in_their_order_and_found_by_name(templates):
    assert templates.all() == [PICTURES, HELLO]
    assert templates.get("hello") is HELLO
    with pytest.raises(NotFound) as caught:
        templates.get("none")
    assert caught.value.allowed == "one of pictures, hello"


def test_an_endpoint_takes_after_its_template(templates):
    made = templates.endpoint("pictures", "mine")

    assert made == Endpoint(
        name="mine",
        service="m:Draw",
        template="pictures",
        display_name="Text to picture",
        description="Draws.",
        concurrency_per_replica=16,
        environment=PICTURES.environment,
        created=made.created,
    )


def test_what_its_creator_says_goes_before_the_template(templates):
    made = templates.endpoint(
        "pictures",
        "mine",
        model="/models/x",
        display_name="",
        min_replicas=1,
        environment={"INKCLOUD_DTYPE": "float32", "A": "b"},
    )

    assert (made.display_name, made.min_replicas) == ("", 1)
    assert made.environment == {
        "INKCLOUD_MODEL": "/models/x",
        "INKCLOUD_DTYPE": "float32",
        "A": "b",
    }
    assert PICTURES.environment["INKCLOUD_MODEL"] == "inkling"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"service": "mine:C"}, "service"),
        ({"code_folder": "/mine"}, "code_folder"),
        ({"template": "hello"}, "template"),
        ({"nonsense": 1}, "nonsense"),
        ({"environment": ["A"]}, "environment"),
        ({"environment": {"A": 1}}, "environment"),
        ({"min_replicas": -1}, "min_replicas"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(templates, values, field):
    with pytest.raises(InvalidRequest) as caught:
        templates.endpoint("pictures", "mine", **values)

    assert caught.value.field == field
