"""What the lessons measure on pictures. Nothing here computes with a model."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float64]
BLOCKS = 4


def pixels(png: bytes) -> Pixels:
    """Return a picture as numbers from 0 to 255, shaped (height, width, 3)."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64)


def distance(one: Pixels, other: Pixels) -> float:
    """Return the root of the mean squared difference, in levels from 0 to 255."""
    return float(np.sqrt(np.mean((one - other) ** 2)))


def saturation(picture: Pixels) -> float:
    """Return the mean saturation (of HSV) in percent: 0 is grey, 100 is full colour."""
    high, low = picture.max(axis=2), picture.min(axis=2)
    return float(100 * np.mean((high - low) / np.maximum(high, 1)))


def coarse(picture: Pixels) -> Pixels:
    """Return a picture whose 4 x 4 blocks have their mean colour each."""
    height, width = (side - side % BLOCKS for side in picture.shape[:2])
    tall, wide = height // BLOCKS, width // BLOCKS
    blocks = picture[:height, :width].reshape(BLOCKS, tall, BLOCKS, wide, 3).mean(axis=(1, 3))
    return np.repeat(np.repeat(blocks, tall, axis=0), wide, axis=1)


def fine(picture: Pixels) -> Pixels:
    """Return what `coarse` leaves out."""
    blocks = coarse(picture)
    return picture[: blocks.shape[0], : blocks.shape[1]] - blocks


def shares_left(parts: Sequence[Pixels]) -> tuple[float, ...]:
    """Return for each how much of the first one's way to the last is still to go, in percent."""
    whole = distance(parts[0], parts[-1]) or 1.0
    return tuple(100 * distance(part, parts[-1]) / whole for part in parts)


def half_way(shares: Sequence[float]) -> int:
    """Return the number, from 1, of the first that has less than half of its way to go."""
    return next(i + 1 for i, share in enumerate(shares) if share < 50 or i + 1 == len(shares))


def side_by_side(left: bytes, right: bytes) -> bytes:
    """Return two pictures of one size beside each other, PNG."""
    gap = 4
    with Image.open(io.BytesIO(left)) as one, Image.open(io.BytesIO(right)) as other:
        joined = Image.new("RGB", (one.width + gap + other.width, one.height), "white")
        joined.paste(one.convert("RGB"), (0, 0))
        joined.paste(other.convert("RGB"), (one.width + gap, 0))
    file = io.BytesIO()
    joined.save(file, "PNG")
    return file.getvalue()
