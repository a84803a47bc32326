"""How much two pictures differ, and whether in large shapes or in detail."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.float64]
BLOCKS = 8


@dataclass(frozen=True)
class Change:
    """The difference of two pictures.

    Attributes:
        mean: the mean absolute difference of a colour value, 0 to 255.
        coarse: the share of the squared difference, 0 to 1, that is left when each picture is
            averaged over the fields of a grid of 8 x 8: what large shapes and colours make of
            it. The rest is detail. 0 for equal pictures.
    """

    mean: float
    coarse: float


def pixels(png: bytes) -> Pixels:
    """Return a picture's colours, (H, W, 3), 0 to 255."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64)


def change_between(before: Pixels, after: Pixels) -> Change:
    """Measure the difference of two pictures of one size.

    The squared difference is the sum of two parts, because the deviations from a field's mean
    sum to zero in it: that of the fields' means, and that within the fields.

    Raises:
        ValueError: if the sizes differ.
    """
    if before.shape != after.shape:
        message = f"The pictures are of the shapes {before.shape} and {after.shape}."
        raise ValueError(message)
    difference = after - before
    total = float((difference**2).sum())
    if total == 0.0:
        return Change(0.0, 0.0)
    coarse = sum(_squared_mean(field) for field in _fields(difference))
    return Change(float(np.abs(difference).mean()), min(1.0, coarse / total))


def _fields(values: Pixels) -> list[Any]:
    rows = np.array_split(values, min(BLOCKS, values.shape[0]), axis=0)
    return [
        field for row in rows for field in np.array_split(row, min(BLOCKS, row.shape[1]), axis=1)
    ]


def _squared_mean(field: Pixels) -> float:
    mean = field.mean(axis=(0, 1))
    return float((mean**2).sum() * field.shape[0] * field.shape[1])
