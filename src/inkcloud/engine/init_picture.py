"""The picture that a request starts from: measured without decoding, then decoded.

Its file comes from a stranger. Only PNG, JPEG and WebP are opened, the size in the file's head
is checked before anything is decoded, and what is decoded is the first frame, turned as its
EXIF orientation says, and laid on white where it is transparent.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.init_image import FORMATS
from inkcloud.domain.limits import Limits

if TYPE_CHECKING:  # the gateway measures pictures too, and does not load torch
    from inkcloud.checkpoints.pixels import Pixels

_DECODERS = ("PNG", "JPEG", "WEBP")
_ORIENTATION = 0x0112
_UPRIGHT = 1
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset({5, 6, 7, 8})


def picture_size(data: bytes, limits: Limits) -> tuple[int, int]:
    """Return the width and height of a picture as it is looked at; only its head is read.

    Raises:
        InvalidRequest: if it cannot be read, or has too many pixels.
    """
    with _opened(data, limits) as image:
        width, height = image.size
        return (height, width) if _orientation(image) in _LYING else (width, height)


def picture_pixels(data: bytes, width: int, height: int, limits: Limits) -> "Pixels":
    """Return a picture's pixels (height, width, 3) uint8.

    Another size is resampled with Lanczos' filter, as diffusers' VaeImageProcessor does.

    Raises:
        InvalidRequest: if it cannot be read or decoded, or has too many pixels.
    """
    with _opened(data, limits) as image:
        turn = _TURNS.get(_orientation(image))
        coloured = _coloured(image)
        if turn is not None:
            coloured = coloured.transpose(turn)
        resized = coloured.resize((width, height), Image.Resampling.LANCZOS)
        if resized.mode == "RGBA":
            white = Image.new("RGBA", resized.size, "white")
            resized = Image.alpha_composite(white, resized).convert("RGB")
        return np.asarray(resized)


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(data), formats=_DECODERS) as image:
            _check_pixels(image, limits)
            yield image
    except InvalidRequest:
        raise
    except Exception as error:  # decoders raise errors of a dozen kinds for damaged files
        raise InvalidRequest(
            "The image cannot be decoded: it is damaged, or not what it seems to be.",
            field="image",
            value=f"{len(data)} bytes",
            allowed=FORMATS,
        ) from error


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.image_pixels:
        raise InvalidRequest(
            "The image has too many pixels.",
            field="image",
            value=f"{image.width}x{image.height}",
            allowed=f"at most {limits.image_pixels} pixels",
        )


def _orientation(image: Image.Image) -> int:
    # A PNG's EXIF may come after its pixels; to look for it there would decode them.
    if isinstance(image, PngImageFile) and "exif" not in image.info:
        return _UPRIGHT
    value = image.getexif().get(_ORIENTATION)
    return value if isinstance(value, int) else _UPRIGHT


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut, not scale
        grey = np.asarray(image).astype(np.int64).clip(0, 0xFFFF) >> 8
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
