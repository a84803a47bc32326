"""Small forms of pictures, which travel inside the page."""

import base64
import io

from PIL import Image

SIDE = 160
_QUALITY = 82


def thumbnail(png: bytes, side: int = SIDE) -> str:
    """Return a picture as a `data:` address, no side longer than `side` pixels."""
    with Image.open(io.BytesIO(png)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return data_address(webp(small, _QUALITY), "image/webp")


def webp(picture: Image.Image, quality: int) -> bytes:
    """Return a picture as a WebP file."""
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality)
    return file.getvalue()


def data_address(content: bytes, media_type: str) -> str:
    """Return a file as a `data:` address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
