"""A picture as a PNG file that says how it was made."""

import io
import json

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile, PngInfo

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.infotext import infotext
from inkcloud.domain.record import Record

INFOTEXT_CHUNK = "parameters"
RECORD_CHUNK = "inkcloud"


def write_png(pixels: np.ndarray, record: Record) -> bytes:
    """Return PNG bytes of pixels (H, W, 3) uint8, with the infotext and the full record.

    The bytes depend on nothing but the arguments.
    """
    chunks = PngInfo()
    chunks.add_itxt(INFOTEXT_CHUNK, infotext(record))
    chunks.add_itxt(RECORD_CHUNK, json.dumps(record.as_mapping(), sort_keys=True))
    return _encode(pixels, chunks)


def write_preview(pixels: np.ndarray) -> bytes:
    """Return plain PNG bytes of pixels (H, W, 3) uint8."""
    return _encode(pixels, None)


def write_small(pixels: np.ndarray, longest: int) -> bytes:
    """Return plain PNG bytes of pixels (H, W, 3) uint8, no side longer than `longest`."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=None)
    return _encode(np.asarray(image), None)


def read_png(data: bytes) -> tuple[np.ndarray, Record]:
    """Return the pixels (H, W, 3) uint8 and the record of a PNG that Inkcloud wrote.

    Raises:
        InvalidRequest: if it is not a PNG, is damaged, or carries no record.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if not isinstance(image, PngImageFile):
                raise InvalidRequest("The file is not a PNG picture.")
            pixels = np.asarray(image.convert("RGB"))
            text = image.text.get(RECORD_CHUNK)
    except UnidentifiedImageError as error:
        raise InvalidRequest("The file is not a PNG picture.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidRequest(f"The file is damaged: {error}.") from error
    if text is None:
        raise InvalidRequest(
            "The picture carries no Inkcloud record, so it cannot be rendered again.",
            allowed="a PNG that Inkcloud wrote and no other program saved over",
        )
    try:
        mapping = json.loads(text)
    except ValueError as error:
        raise InvalidRequest("The picture's record is damaged.") from error
    return pixels, Record.from_mapping(mapping)


def _encode(pixels: np.ndarray, chunks: PngInfo | None) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=chunks, compress_level=6)
    return buffer.getvalue()
