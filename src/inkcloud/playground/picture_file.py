"""The file of the picture that a run begins as."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.init_image import FORMATS, check_file
from inkcloud.playground.parameters import LIMITS


@dataclass(frozen=True)
class StartPicture:
    """A picture to begin as.

    Attributes:
        data: its file, PNG, JPEG or WebP.
        size: its width and height in pixels.
        source: the picture of the history that began as it; "" if it is not known to be kept.
    """

    data: bytes
    size: tuple[int, int]
    source: str = ""

    @property
    def sha256(self) -> str:
        """The file's SHA-256, 64 hex digits."""
        return hashlib.sha256(self.data).hexdigest()

    @classmethod
    def of(cls, data: bytes, source: str = "") -> "StartPicture":
        """Return a file as a picture, of which only the beginning is read.

        Raises:
            InvalidRequest: if it is too long, or no picture that is read.
        """
        check_file(data, LIMITS)
        try:
            with warnings.catch_warnings():
                # So many pixels that Pillow suspects an attack: a warning first, then an error.
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(io.BytesIO(data)) as image:
                    return cls(data, image.size, source)
        # Pillow's decoders raise many kinds of error for a damaged file.
        except Exception as error:
            raise InvalidRequest(
                "The picture cannot be read.",
                field="image",
                value=f"{len(data)} bytes",
                allowed=FORMATS,
            ) from error
