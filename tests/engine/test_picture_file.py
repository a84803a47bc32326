"""A PNG says how it was made."""

import io

import numpy as np
import pytest
from PIL import Image

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.record import Record
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png, write_png

PIXELS = np.arange(8 * 16 * 3, dtype=np.uint8).reshape(8, 16, 3)
RECORD = Record(
    prompt="an octopus, ünïcode 🐙",
    negative_prompt="blurry",
    num_inference_steps=20,
    scheduler=SamplerName.K_EULER_ANCESTRAL,
    guidance_scale=7.0,
    seed=2**64 - 1,
    width=16,
    height=8,
    checkpoint="inkling",
    checkpoint_hash="0123456789abcdef" * 4,
    dtype="float32",
    backend="torch-cpu",
    versions={"inkcloud": "0.1.0"},
)


def test_pixels_and_record_come_back():
    pixels, record = read_png(write_png(PIXELS, RECORD))

    assert record == RECORD
    assert np.array_equal(pixels, PIXELS)


def test_the_bytes_depend_on_the_arguments_only():
    assert write_png(PIXELS, RECORD) == write_png(PIXELS.copy(), RECORD)


def test_other_tools_find_the_infotext():
    with Image.open(io.BytesIO(write_png(PIXELS, RECORD))) as image:
        text = image.text["parameters"]

    assert text == (
        "an octopus, ünïcode 🐙\n"
        "Negative prompt: blurry\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 18446744073709551615, Size: 16x8, "
        "Model hash: 0123456789, Model: inkling, Version: Inkcloud 0.1.0"
    )


def stripped(data):
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"not a picture",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b'"format": 1', b'"format": 9'),
        stripped,
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(damage):
    with pytest.raises(InvalidRequest):
        read_png(damage(write_png(PIXELS, RECORD)))
