"""Encodings of the images that were started from last."""

from collections import OrderedDict

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.image_code import ImageCode
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.engine.init_picture import picture_pixels


class ImageCache:
    """Decodes and encodes an image, alone, and remembers the last few.

    A request for several pictures so encodes its image once.

    Args:
        checkpoint: the model.
        limits: how large an image may be.
        size: how many to keep.
    """

    def __init__(self, checkpoint: Checkpoint, limits: Limits, size: int) -> None:
        self._checkpoint = checkpoint
        self._limits = limits
        self._size = size
        self._codes: OrderedDict[tuple[str | None, int, int], ImageCode] = OrderedDict()

    def encode(self, request: GenerationRequest) -> ImageCode | None:
        """Return the code of the image of a request whose size is filled in, if it has one.

        Raises:
            InvalidRequest: if the image cannot be decoded.
            CheckpointError: if the model gives values that are not numbers.
        """
        if request.image is None:
            return None
        width, height = request.width or 0, request.height or 0
        key = request.image_sha256, width, height
        if key not in self._codes:
            pixels = picture_pixels(request.image, width, height, self._limits)
            self._codes[key] = self._checkpoint.encode_image(pixels)
            if len(self._codes) > self._size:
                self._codes.popitem(last=False)
        self._codes.move_to_end(key)
        return self._codes[key]
