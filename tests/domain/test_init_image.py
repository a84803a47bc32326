"""A picture to start from, as bytes and as text."""

import base64
import hashlib
import json

import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.init_image import without_image
from inkcloud.domain.limits import Limits

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TEXT = base64.b64encode(PNG).decode()


def decoded(image):
    return GenerationRequest.from_mapping({"prompt": "x", "image": image})


def test_the_plain_form_is_json_and_comes_back():
    request = GenerationRequest(prompt="x", image=PNG, strength=0.3)

    assert GenerationRequest.from_mapping(json.loads(json.dumps(request.as_mapping()))) == request


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"data:image/png;base64,{TEXT}",
        f"DATA:image/png;BASE64,{TEXT}",
        "\r\n".join(TEXT[place : place + 76] for place in range(0, len(TEXT), 76)),
    ],
)
def test_the_ways_in_which_tools_write_base64_are_read(text):
    assert decoded(text).image == PNG


def test_none_is_no_image():
    assert decoded(None).image is None


@pytest.mark.parametrize(
    "image", ["", "data:,", "data:image/png,abc", "%%%", TEXT[:-1], TEXT + "ü", 3, ["x"], True]
)
def test_anything_else_is_refused_without_repeating_it(image):
    with pytest.raises(InvalidRequest) as caught:
        decoded(image)

    assert caught.value.field == "image"
    assert TEXT[:20] not in str(caught.value.as_dict())


@pytest.mark.parametrize(
    "image", [b"GIF89a" + bytes(50), b"\x89PNG", b"", "text", PNG + bytes(10 * 1024 * 1024)]
)
def test_length_and_format_are_checked_before_anything_is_decoded(image):
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest(prompt="x", image=image).validated(Limits())

    assert caught.value.field == "image"
    assert "at most 10485760 bytes" in caught.value.allowed


def test_a_request_is_shown_with_its_image_named_and_not_held():
    shown = without_image(GenerationRequest(prompt="x", image=PNG).as_mapping())

    assert shown["image"] == {"sha256": hashlib.sha256(PNG).hexdigest(), "bytes": len(PNG)}
    assert without_image({"prompt": "x", "image": None}) == {"prompt": "x", "image": None}


def test_the_image_is_never_shown():
    assert "PNG" not in repr(GenerationRequest(prompt="x", image=PNG))


@pytest.mark.parametrize("strength", [0, 0.0, -0.1, 1.01, float("nan"), True, "0.5", None, 10**400])
def test_a_strength_outside_its_range_is_refused_with_or_without_an_image(strength):
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest.from_mapping({"prompt": "x", "strength": strength}).validated(Limits())

    assert caught.value.field == "strength"


@pytest.mark.parametrize("strength", [1, 1.0, 1e-9, 0.8])
def test_both_ends_of_its_range_are_allowed(strength):
    GenerationRequest.from_mapping({"prompt": "x", "strength": strength}).validated(Limits())


@pytest.mark.parametrize(
    ("steps", "strength", "skipped"),
    [(20, 0.8, 4), (20, 1.0, 0), (20, 0.01, 19), (1, 0.5, 0), (100, 0.29, 72), (10, 0.7, 3)],
)
def test_skipped_steps_are_counted_as_diffusers_counts_and_one_is_left(steps, strength, skipped):
    request = GenerationRequest(prompt="x", num_inference_steps=steps, strength=strength, image=PNG)

    assert request.skipped_steps == skipped


def test_without_an_image_no_step_is_skipped():
    assert GenerationRequest(prompt="x", strength=0.1).skipped_steps == 0
