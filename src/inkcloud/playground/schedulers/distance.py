"""How far two pictures are from each other."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]


def pixels(png: bytes) -> Pixels:
    """Return a picture's levels, 0 to 255, of shape (height, width, 3)."""
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.float32)


def distance(one: Pixels, other: Pixels) -> float:
    """Return the root of the mean squared difference, in levels of 255.

    Raises:
        ValueError: if the pictures differ in size.
    """
    if one.shape != other.shape:
        message = f"The pictures differ in size: {one.shape} and {other.shape}."
        raise ValueError(message)
    return float(np.sqrt(np.mean(np.square(one - other, dtype=np.float64))))
