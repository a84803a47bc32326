"""A request's size, filled in and checked against the checkpoint and the limits."""

import math
from dataclasses import replace

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.engine.init_picture import picture_size

LEAST_SHARE = 1 / 2
MOST_SHARE = 2


def fit_request(
    request: GenerationRequest, checkpoint: Checkpoint, limits: Limits
) -> GenerationRequest:
    """Return a request with its width and height filled in.

    Without an image they are the checkpoint's native ones. With an image:

    - one side that is missing follows from the other by the image's shape;
    - if both are missing, and the image's own size is made of whole latent cells and has from
      half to twice the native number of pixels, that size is kept;
    - otherwise the picture has the image's shape and the native number of pixels, as nearly
      as whole latent cells allow.

    Raises:
        InvalidRequest: if the request is outside the limits, its size does not fit the
            checkpoint, or its image cannot be read.
    """
    request = request.validated(limits)
    native = checkpoint.native_size
    width, height = request.width, request.height
    if request.image is None:
        width, height = width or native[0], height or native[1]
    else:
        shape = picture_size(request.image, limits)
        width, height = _like(shape, (width, height), native, checkpoint.factor, limits)
    checkpoint.check_size(width, height)
    return replace(request, width=width, height=height).validated(limits)


def _like(
    shape: tuple[int, int],
    wanted: tuple[int | None, int | None],
    native: tuple[int, int],
    factor: int,
    limits: Limits,
) -> tuple[int, int]:
    width, height = wanted
    if width is not None and height is not None:
        return width, height
    if width is not None:
        return width, _side(width * shape[1] / shape[0], factor, limits)
    if height is not None:
        return _side(height * shape[0] / shape[1], factor, limits), height
    if _usable(shape, native, factor, limits):
        return shape
    scale = math.sqrt(math.prod(native) / math.prod(shape))
    sides = shape[0] * scale, shape[1] * scale
    rounded = _side(sides[0], factor, limits), _side(sides[1], factor, limits)
    if math.prod(rounded) <= limits.pixels:
        return rounded
    return (
        _side(sides[0] - factor / 2, factor, limits),
        _side(sides[1] - factor / 2, factor, limits),
    )


def _usable(shape: tuple[int, int], native: tuple[int, int], factor: int, limits: Limits) -> bool:
    share = math.prod(shape) / math.prod(native)
    low, high = limits.side
    return (
        LEAST_SHARE <= share <= MOST_SHARE
        and math.prod(shape) <= limits.pixels
        and all(low <= side <= high and side % factor == 0 for side in shape)
    )


def _side(length: float, factor: int, limits: Limits) -> int:
    low, high = math.ceil(limits.side[0] / factor), limits.side[1] // factor
    return factor * min(max(round(length / factor), low), high)
