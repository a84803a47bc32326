"""A finished picture in the file format that a caller asks for."""

import io
from enum import StrEnum

from PIL import Image

from inkcloud.domain.infotext import infotext
from inkcloud.domain.record import Record

BEST_QUALITY = 100
DEFAULT_QUALITY = 95
_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286


class PictureFormat(StrEnum):
    """A file format, by the name that clients use."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """The format's name in HTTP."""
        return f"image/{self.value}"


def convert(
    png: bytes,
    wanted: PictureFormat,
    quality: int = DEFAULT_QUALITY,
    record: Record | None = None,
) -> bytes:
    """Return a PNG in another format, or as it is.

    Args:
        png: our own file.
        wanted: the format.
        quality: 0 to 100, for JPEG and WebP.
        record: what the picture was made with; the infotext is written where the web UI's
            tools look for it, the Exif user comment.
    """
    if wanted is PictureFormat.PNG:
        return png
    exif = Image.Exif()
    if record is not None:
        comment = b"UNICODE\0" + infotext(record).encode("utf-16-be")
        exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = comment
    file = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(file, wanted.value, quality=quality, exif=exif)
    return file.getvalue()
