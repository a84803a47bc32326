import base64

import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.wire import native
from support.init_images import pattern_png


def test_a_request_and_its_tag_are_read():
    body = {"prompt": "x", "seed": 3, "tag": "a/1"}

    assert native.decode(body) == (GenerationRequest(prompt="x", seed=3), "a/1")
    assert body["tag"] == "a/1"


def test_an_unknown_field_is_told_all_known_ones():
    with pytest.raises(InvalidRequest) as caught:
        native.decode({"prompt": "x", "solver": "DDIM"})

    assert caught.value.allowed.endswith("variation_strength, frames, tag")


def test_the_described_body_is_what_is_read():
    described = native.GenerationBody.model_fields
    filled = native.GenerationBody(prompt="x").model_dump()

    assert set(described) == set(GenerationRequest.__dataclass_fields__) | {"tag"}
    assert native.decode(filled) == (GenerationRequest(prompt="x"), "")


def test_an_image_is_measured_before_the_request_is_accepted():
    image = pattern_png(24, 16)
    text = base64.b64encode(image).decode()

    request, _ = native.decode({"prompt": "x", "image": text, "strength": 0.5})

    assert (request.image, request.strength) == (image, 0.5)
    small = Limits(image_pixels=24 * 16 - 1)
    with pytest.raises(InvalidRequest, match="too many pixels"):
        native.decode({"prompt": "x", "image": text}, small)
