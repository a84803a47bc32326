"""What a service's annotations may name besides Python's own types and pydantic's."""

from inkcloud.services.audio import Audio
from inkcloud.services.file import File
from inkcloud.services.image import Image
from inkcloud.services.media import Media, MediaUrl
from inkcloud.services.text import Text
from inkcloud.services.video import Video

__all__ = ["Audio", "File", "Image", "Media", "MediaUrl", "Text", "Video"]
