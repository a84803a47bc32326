"""The picture that a request starts from, as bytes and as text."""

import base64
import binascii
import hashlib
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import Limits

FORMATS = "a PNG, JPEG or WebP file"
_DATA_URL = "data:"


def to_text(image: bytes) -> str:
    """Return a picture's file as base64, the form that crosses processes."""
    return base64.b64encode(image).decode("ascii")


def from_text(text: object) -> bytes:
    """Read a picture's file from base64, with or without a `data:` URL's prefix.

    White space is passed over, because many tools break long lines. No error holds any
    part of the picture.

    Raises:
        InvalidRequest: if it is no base64.
    """
    if isinstance(text, str):
        body = text
        if text[: len(_DATA_URL)].lower() == _DATA_URL:
            head, _, body = text.partition(",")
            if not head.lower().endswith(";base64"):
                body = ""
        try:
            image = base64.b64decode("".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            image = b""
        if image:
            return image
    shown = f"a text of {len(text)} characters" if isinstance(text, str) else type(text).__name__
    raise InvalidRequest(
        "The image is not base64.",
        field="image",
        value=shown,
        allowed=f"{FORMATS} in base64, with or without data:image/png;base64, before it",
    )


def without_image(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request's plain form with its image named by hash and length, not held.

    This is what a request looks like wherever it is kept or shown.
    """
    text = request.get("image")
    if not isinstance(text, str):
        return request
    return {**request, "image": named(base64.b64decode(text))}


def named(image: bytes) -> dict[str, Any]:
    """Return what stands for a picture's file: its SHA-256, 64 hex digits, and its length."""
    return {"sha256": hashlib.sha256(image).hexdigest(), "bytes": len(image)}


def check_file(image: object, limits: Limits) -> None:
    """Check what can be seen without decoding: length, and the first bytes of the file.

    Raises:
        InvalidRequest: if it is too long, or not of a format that is read.
    """
    allowed = f"{FORMATS} of at most {limits.image_bytes} bytes"
    if not isinstance(image, bytes):
        shown = type(image).__name__
        raise InvalidRequest(
            "The image is not a file's bytes.", field="image", value=shown, allowed=allowed
        )
    shown = f"{len(image)} bytes"
    if len(image) > limits.image_bytes:
        raise InvalidRequest("The image is too long.", field="image", value=shown, allowed=allowed)
    if not _known(image):
        raise InvalidRequest(
            "The image is of a format that is not read.",
            field="image",
            value=shown,
            allowed=allowed,
        )


def _known(image: bytes) -> bool:
    if image.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return True
    return image.startswith(b"RIFF") and image[8:12] == b"WEBP"
