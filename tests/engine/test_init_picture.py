"""A picture to start from is a stranger's file."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import Limits
from inkcloud.engine import init_picture
from inkcloud.engine.init_picture import picture_pixels, picture_size
from support.init_images import encoded, pattern, pattern_png

LIMITS = Limits()
FILES = [encoded(pattern(24, 16), kind) for kind in ("PNG", "JPEG", "WEBP")]


def pixels(data, width=24, height=16):
    return picture_pixels(data, width, height, LIMITS)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_head(width, height):
    """A PNG that promises a size and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


@pytest.mark.parametrize("data", FILES)
def test_the_three_formats_are_read(data):
    assert picture_size(data, LIMITS) == (24, 16)
    difference = np.abs(pixels(data).astype(int) - np.asarray(pattern(24, 16)))
    assert difference.mean() < 12


def test_a_lossless_picture_of_the_right_size_is_not_changed():
    assert np.array_equal(pixels(pattern_png(24, 16)), np.asarray(pattern(24, 16)))


def test_another_size_is_resampled_as_diffusers_does():
    expected = pattern(24, 16).resize((40, 8), Image.Resampling.LANCZOS)

    assert np.array_equal(pixels(pattern_png(24, 16), 40, 8), np.asarray(expected))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_s_orientation_turns_the_picture(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {} if kind == "PNG" else {"quality": 100}
    lying = Image.fromarray(
        np.repeat(np.arange(6, dtype=np.uint8) * 40, 64)
        .reshape(2, 3, 8, 8)
        .transpose(0, 2, 1, 3)
        .reshape(16, 24)
    ).convert("RGB")
    data = encoded(lying, kind, exif=exif.tobytes(), **options)
    with Image.open(io.BytesIO(data)) as opened:
        upright = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))

    height, width, _ = upright.shape
    assert picture_size(data, LIMITS) == (width, height) == ((24, 16), (16, 24))[orientation > 4]
    assert np.array_equal(pixels(data, width, height), upright)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(mode):
    image = Image.new("RGBA", (24, 16), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 12, 16))
    data = encoded(image.convert(mode) if mode != "P" else image.quantize(4))

    found = pixels(data)

    assert (found[:, :12] == 255).all()
    assert found[0, 20].tolist() == ([76] * 3 if mode == "LA" else [255, 0, 0])


def test_half_transparent_red_becomes_pink():
    data = encoded(Image.new("RGBA", (24, 16), (255, 0, 0, 128)))

    assert pixels(data)[0, 0].tolist() == [255, 127, 127]


def test_sixteen_bits_of_grey_are_scaled_not_cut():
    ramp = np.linspace(0, 65535, 24 * 16).astype(np.uint16).reshape(16, 24)

    found = pixels(encoded(Image.fromarray(ramp)))

    assert np.array_equal(found, np.repeat((ramp >> 8).astype(np.uint8)[..., None], 3, axis=2))


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "P"])
def test_other_colour_modes_are_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = pattern(24, 16).convert(mode)

    assert pixels(encoded(image, kind)).shape == (16, 24, 3)


def test_of_a_moving_picture_the_first_frame_counts():
    first, second = pattern(24, 16, seed=1), pattern(24, 16, seed=2)
    data = encoded(first, "WEBP", save_all=True, append_images=[second], lossless=True)

    assert np.array_equal(pixels(data), np.asarray(first))


@pytest.mark.parametrize("size", [(5001, 5000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_head(size, monkeypatch):
    def decoded(*_):
        raise AssertionError("a picture that is too large was decoded")

    monkeypatch.setattr(init_picture, "_coloured", decoded)

    for read in (lambda data: picture_size(data, LIMITS), pixels):
        with pytest.raises(InvalidRequest) as caught:
            read(png_head(*size))
        assert caught.value.field == "image"


def test_the_largest_allowed_head_is_measured():
    assert picture_size(png_head(5000, 5000), LIMITS) == (5000, 5000)


def other_formats():
    return [encoded(pattern(24, 16), kind) for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM")]


@pytest.mark.parametrize("data", [*other_formats(), b"", b"<svg/>", FILES[0][:40], FILES[1][:300]])
def test_anything_else_is_refused_in_words_that_hold_none_of_it(data):
    with pytest.raises(InvalidRequest) as caught:
        pixels(data)

    assert caught.value.as_dict()["value"] == f"{len(data)} bytes"
    assert caught.value.allowed


@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0, 1),
)
def test_a_damaged_file_is_read_or_refused(data, flips, share):
    damaged = bytearray(data)
    for place, value in flips:
        damaged[min(int(place * len(data)), len(data) - 1)] = value
    cut = bytes(damaged[: max(1, int(share * 1.5 * len(data)))])

    # Anything but a picture or InvalidRequest fails the test.
    with suppress(InvalidRequest):
        assert pixels(cut).shape == (16, 24, 3)
