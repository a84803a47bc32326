"""The texts that a picture's file carries; its pixels are never decoded."""

import io
import warnings

from PIL import ExifTags, Image, UnidentifiedImageError

from inkcloud.domain.errors import InvalidRequest

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_TEXT = 1024 * 1024
FORMATS = ("PNG", "JPEG", "WEBP")


def picture_texts(data: bytes) -> dict[str, str]:
    """Return the texts of a PNG by their names; a JPEG's or WebP's comment as "parameters".

    Raises:
        InvalidRequest: if it is no such picture, is damaged, or too large.
    """
    if len(data) > LARGEST_FILE:
        raise _refused("The file is too large.", f"{len(data)} bytes")
    try:
        with warnings.catch_warnings():
            # So many pixels that Pillow suspects an attack: a warning first, then an error.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                found = {
                    str(name): text for name, text in image.info.items() if isinstance(text, str)
                }
                if image.format != "PNG":
                    found |= _comment(image)
    except UnidentifiedImageError as error:
        raise _refused("The file is not a picture that can be read.") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _refused("The picture has too many pixels.") from error
    except Exception as error:
        # Pillow's readers raise almost anything at a damaged file: struct.error, KeyError, ...
        raise _refused("The file is damaged.") from error
    longest = max(map(len, found.values()), default=0)
    if longest > LARGEST_TEXT:
        raise _refused("The text in the file is too long.", f"{longest} characters")
    return found


def _comment(image: Image.Image) -> dict[str, str]:
    """Return the Exif comment, in which the web UI keeps the parameters of such files."""
    tags = image.getexif().get_ifd(ExifTags.IFD.Exif)
    comment = tags.get(ExifTags.Base.UserComment)
    if isinstance(comment, str):
        return {"parameters": comment}
    return {"parameters": _decoded(comment)} if isinstance(comment, bytes) else {}


def _decoded(comment: bytes) -> str:
    """Return the text of an Exif comment: eight bytes that name its encoding, then the text."""
    code, text = comment[:8], comment[8:]
    if code.startswith(b"UNICODE"):
        # Exif leaves the order of the bytes open. In Latin letters every other byte is zero.
        big = text[0::2].count(0) >= text[1::2].count(0)
        return text.decode("utf-16-be" if big else "utf-16-le", errors="replace").strip("\0\ufeff")
    return (text if code.startswith(b"ASCII") else comment).decode(errors="replace").strip("\0 ")


def _refused(message: str, value: str | None = None) -> InvalidRequest:
    return InvalidRequest(
        message,
        field="picture",
        value=value,
        allowed=f"a PNG, JPEG or WebP file of at most {LARGEST_FILE // 2**20} MB",
    )
