"""Pictures to start from, as files."""

import io

import numpy as np
from PIL import Image


def pattern(width: int, height: int, seed: int = 0) -> Image.Image:
    """Return a picture with broad shapes and some texture."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    shapes = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    texture = chance.integers(-20, 21, (height, width, 3))
    return Image.fromarray((np.asarray(shapes) + texture).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pattern_png(width: int, height: int, seed: int = 0) -> bytes:
    return encoded(pattern(width, height, seed))
