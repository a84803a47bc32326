"""A picture's small copy."""

import io

from PIL import Image, UnidentifiedImageError

from inkcloud.domain.errors import NotFound

SIDE = 256
_QUALITY = 80


def make_thumbnail(picture: bytes) -> bytes:
    """Return a picture as a WebP file of at most 256 pixels a side; a small one keeps its size.

    Raises:
        NotFound: if the picture's file cannot be read.
    """
    try:
        with Image.open(io.BytesIO(picture)) as image:
            small = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise NotFound("The picture's file is missing or damaged.") from None
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue()
