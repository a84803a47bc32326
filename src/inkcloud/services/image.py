"""A picture as a service's input or output."""

import io
from typing import TYPE_CHECKING, Self

from inkcloud.services.media import Media

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

MAXIMUM_PIXELS = 50_000_000
# What Pillow reads by itself: its other formats run other programs or are rarely tested.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")


class Image(Media):
    """A picture, on the wire `{"data": "<base64>"}`."""

    @classmethod
    def from_pil(cls, image_pil: "PillowImage", format: str = "JPEG") -> Self:
        """Make it from a Pillow image, as a file of that format."""
        file = io.BytesIO()
        image_pil.save(file, format=format)
        return cls.from_bytes(file.getvalue())

    def to_pil(self) -> "PillowImage":
        """Return it as a Pillow image.

        Raises:
            ValueError: if it is no picture, or has more than 50 million pixels.
        """
        from PIL import Image as Pillow
        from PIL import UnidentifiedImageError

        try:
            picture = Pillow.open(io.BytesIO(self.to_bytes()), formats=FORMATS)
        except (UnidentifiedImageError, Pillow.DecompressionBombError) as error:
            message = f"The picture cannot be read; it may be one of {', '.join(FORMATS)}."
            raise ValueError(message) from error
        if picture.width * picture.height > MAXIMUM_PIXELS:
            message = f"The picture has more than {MAXIMUM_PIXELS} pixels."
            raise ValueError(message)
        return picture

    def is_valid(self) -> bool:
        """Return whether it is a picture that can be read."""
        try:
            self.to_pil().load()
        # Pillow's readers raise many kinds of error for a damaged file.
        except Exception:
            return False
        return True
