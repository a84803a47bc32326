import base64
from datetime import UTC, datetime

import pytest

from inkcloud.domain.errors import (
    Cancelled,
    InvalidRequest,
    MalformedRequest,
    NotFound,
    ReplicaLost,
    Unauthorized,
)
from inkcloud.wire import openai
from inkcloud.wire.openai_body import OpenAIBody
from inkcloud.wire.picture_format import PictureFormat

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_bare_prompt_gets_the_defaults():
    wish = openai.decode({"prompt": "x"})

    assert (wish.request.num_images, wish.request.width, wish.size) == (1, None, "auto")
    assert (wish.by_url, wish.file_format, wish.stream) == (False, PictureFormat.PNG, False)
    assert wish.request.seed != openai.decode({"prompt": "x"}).request.seed


def test_nulls_are_absent():
    nulls = dict.fromkeys(openai.FIELDS) | {"prompt": "x"}

    assert openai.decode(nulls).request.num_inference_steps == 20


def test_every_field_arrives():
    wish = openai.decode(
        {
            "prompt": "x",
            "model": "mine",
            "n": 2,
            "size": "128x64",
            "response_format": "url",
            "output_format": "webp",
            "output_compression": 80,
            "quality": "hd",
            "background": "opaque",
            "user": "me",
            "seed": 7,
            "negative_prompt": "y",
            "num_inference_steps": 9,
            "guidance_scale": 3,
            "scheduler": "Euler a",
        }
    )
    request = wish.request

    assert (wish.model, wish.by_url, wish.compression, wish.quality) == ("mine", True, 80, "high")
    assert (wish.file_format, wish.size) == (PictureFormat.WEBP, "128x64")
    assert (request.num_images, request.width, request.height, request.seed) == (2, 128, 64, 7)
    assert (request.negative_prompt, request.num_inference_steps) == ("y", 9)
    assert (request.guidance_scale, request.scheduler) == (3.0, "K_EULER_ANCESTRAL")


@pytest.mark.parametrize(
    ("steps", "partial_images", "every"), [(20, 3, 5), (20, 1, 10), (2, 3, 1), (20, 0, 0)]
)
def test_partial_images_are_spread_over_the_steps(steps, partial_images, every):
    body = {"prompt": "x", "stream": True, "num_inference_steps": steps}

    wish = openai.decode(body | {"partial_images": partial_images})

    assert wish.request.preview_every == every


def test_without_a_stream_there_are_no_previews():
    wish = openai.decode({"prompt": "x", "partial_images": 3})

    assert (wish.request.preview_every, wish.partial_images) == (0, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"n": 0}, "n"),
        ({"n": 11}, "n"),
        ({"n": True}, "n"),
        ({"size": "big"}, "size"),
        ({"size": "0x64"}, "size"),
        ({"size": "64x9999"}, "size"),
        ({"size": 64}, "size"),
        ({"response_format": "png"}, "response_format"),
        ({"response_format": "url", "stream": True}, "response_format"),
        ({"output_format": "gif"}, "output_format"),
        ({"output_compression": 101}, "output_compression"),
        ({"background": "transparent"}, "background"),
        ({"quality": "best"}, "quality"),
        ({"partial_images": 4}, "partial_images"),
        ({"stream": 1}, "stream"),
        ({"model": 3}, "model"),
        ({"seed": -1}, "seed"),
        ({"scheduler": "none"}, "scheduler"),
        ({"num_inference_steps": "9", "stream": True, "partial_images": 1}, "num_inference_steps"),
        ({"svg": {"model": "x"}}, "svg"),
        ({"mask": "x"}, "mask"),
    ],
)
def test_a_bad_value_is_named_as_it_was_written(body, field):
    with pytest.raises(InvalidRequest) as caught:
        openai.decode({"prompt": "x", **body})

    assert caught.value.field == field
    assert caught.value.allowed


def test_the_answer_holds_files_or_addresses():
    wish = openai.decode({"prompt": "x"})

    files = openai.encode(wish, [b"one"], "64x64", NOW)
    addresses = openai.encode(wish, ["http://a/b"], "64x64", NOW)

    assert files["created"] == int(NOW.timestamp())
    assert base64.b64decode(files["data"][0]["b64_json"]) == b"one"
    assert addresses["data"] == [{"url": "http://a/b"}]
    assert (files["size"], files["output_format"]) == ("64x64", "png")


def test_the_events_are_openais():
    wish = openai.decode({"prompt": "x", "stream": True, "quality": "standard"})

    partial = openai.partial_image(wish, b"p", 2, NOW)
    completed = openai.completed(wish, b"c", "64x64", NOW)

    assert partial["type"] == "image_generation.partial_image"
    assert (partial["partial_image_index"], partial["quality"]) == (2, "medium")
    assert completed["type"] == "image_generation.completed"
    assert completed["size"] == "64x64"
    assert completed["usage"]["total_tokens"] == 0
    assert "partial_image_index" not in completed


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (InvalidRequest("No.", field="n"), 400, "invalid_request_error", "invalid_request"),
        (MalformedRequest("No."), 400, "invalid_request_error", "malformed_request"),
        (Unauthorized("No."), 401, "invalid_request_error", "invalid_api_key"),
        (NotFound("No."), 404, "invalid_request_error", "not_found"),
        (ReplicaLost("No."), 502, "server_error", "replica_lost"),
    ],
)
def test_errors_are_in_openais_envelope(error, status, kind, code):
    envelope = openai.encode_error(error)["error"]

    assert openai.status_of(error) == status
    assert (envelope["type"], envelope["code"], envelope["param"]) == (kind, code, error.field)
    assert envelope["message"].startswith("No.")


def test_what_was_cancelled_is_not_to_be_repeated():
    assert openai.is_final(Cancelled("Stopped."))
    assert not openai.is_final(ReplicaLost("Lost."))


@pytest.mark.parametrize("side", ["width", "height"])
def test_an_error_about_a_side_names_the_size(side):
    assert openai.rename(InvalidRequest("x", field=side)).field == "size"


@pytest.mark.parametrize("file_format", PictureFormat)
def test_a_files_name_is_read_back(file_format):
    assert openai.decode_file_name(openai.file_name(3, file_format)) == (3, file_format)


@pytest.mark.parametrize("name", ["", "0", "0.gif", "../0.png", "-1.png", "1234.png", "٣.png"])
def test_other_files_are_not_found(name):
    with pytest.raises(NotFound):
        openai.decode_file_name(name)


def test_the_description_has_every_field():
    assert set(OpenAIBody.model_json_schema()["properties"]) == set(openai.FIELDS)
