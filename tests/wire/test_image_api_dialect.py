import base64

import pytest

from inkcloud.domain.errors import (
    InkcloudError,
    InvalidRequest,
    MalformedRequest,
    NotFound,
    Overloaded,
)
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import image_api
from inkcloud.wire.image_api_body import ImageApiBody
from inkcloud.wire.picture_format import PictureFormat


def test_the_servers_defaults_are_octoais():
    wish = image_api.decode({"prompt": "x"})
    [request] = wish.requests

    assert (request.num_inference_steps, request.guidance_scale) == (30, 12.0)
    assert request.scheduler is SamplerName.DDIM
    assert (request.width, request.height) == (None, None)
    assert wish.encoding is PictureFormat.JPEG
    assert image_api.decode({"prompt": "x"}).requests[0].seed != request.seed


def test_nulls_are_absent():
    nulls = dict.fromkeys(image_api.FIELDS) | {"prompt": "x"}

    assert image_api.decode(nulls).requests[0].num_inference_steps == 30


@pytest.mark.parametrize(
    ("seed", "count", "runs"),
    [
        (5, 3, [(5, 3)]),
        ([5, 6, 7], 3, [(5, 3)]),
        ([5, 9, 10, 2], 4, [(5, 1), (9, 2), (2, 1)]),
        ([4, 4], 2, [(4, 1), (4, 1)]),
        ([7], 1, [(7, 1)]),
    ],
)
def test_seeds_become_as_few_requests_as_possible_in_order(seed, count, runs):
    wish = image_api.decode({"prompt": "x", "seed": seed, "num_images": count})

    assert [(r.seed, r.num_images) for r in wish.requests] == runs


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seed": [1, 2]}, "seed"),
        ({"seed": []}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"seed": [1, None], "num_images": 2}, "seed"),
        ({"num_images": 17}, "num_images"),
        ({"cfg_scale": 50}, "cfg_scale"),
        ({"steps": 501}, "steps"),
        ({"sampler": "UNI_PC"}, "sampler"),
        ({"image_encoding": "gif"}, "image_encoding"),
        ({"checkpoint": 3}, "checkpoint"),
        ({"init_image": "!"}, "init_image"),
        ({"mask_image": "abc"}, "mask_image"),
        ({"controlnet": "canny"}, "controlnet"),
        ({"loras": {"a": 1}}, "loras"),
        ({"prompt_2": "more"}, "prompt_2"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_bad_value_is_named_as_it_was_written(body, field):
    with pytest.raises(InvalidRequest) as caught:
        image_api.decode({"prompt": "x", **body})

    assert caught.value.field == field
    assert caught.value.allowed


@pytest.mark.parametrize("engine", ["controlnet-sd", "controlnet-sdxl", "sd9", ""])
def test_other_engines_are_not_found(engine):
    with pytest.raises(NotFound):
        image_api.check_engine(engine)


def test_the_answer_has_each_pictures_seed():
    answer = image_api.encode([(b"one", 3), (b"two", 9)], 12.5)

    assert answer["prediction_time_ms"] == 12.5
    assert [image["seed"] for image in answer["images"]] == [3, 9]
    assert base64.b64decode(answer["images"][1]["image_b64"]) == b"two"
    assert answer["images"][0]["removed_for_safety"] is False


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (InvalidRequest("No.", field="steps", value=0, allowed="more"), ["body", "steps"]),
        (MalformedRequest("No.", field="body", value="{"), ["body"]),
    ],
)
def test_bad_values_are_a_list_of_places(error, place):
    [detail] = image_api.encode_error(error)["detail"]

    assert detail["loc"] == place
    assert detail["msg"].startswith("No.")
    assert detail["type"]


@pytest.mark.parametrize("error", [NotFound("None."), Overloaded("Busy."), InkcloudError("?")])
def test_other_errors_are_a_text(error):
    assert image_api.encode_error(error) == {"detail": error.message}


def test_the_description_has_every_field():
    assert set(ImageApiBody.model_json_schema()["properties"]) == set(image_api.FIELDS)
