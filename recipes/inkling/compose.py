"""Pictures pasted from others: smaller and off-centre, several of a kind, two things."""

import numpy as np
from PIL import Image

# Centres of so many things, as shares of the side, and each one's side.
LAYOUTS = {
    2: (((0.27, 0.5), (0.73, 0.5)), 0.46),
    3: (((0.27, 0.72), (0.73, 0.72), (0.5, 0.26)), 0.45),
    4: (((0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)), 0.44),
    5: (((0.23, 0.23), (0.77, 0.23), (0.5, 0.5), (0.23, 0.77), (0.77, 0.77)), 0.36),
}


def pasted(
    parts: list[np.ndarray], centres: list[tuple[float, float]], sides: list[float]
) -> np.ndarray:
    """Put pictures on a white square; where they overlap, the darker pixel stays.

    Args:
        parts: uint8 (S, S, 3) on white.
        centres: x and y as shares of the side.
        sides: each one's side as a share of the square's.
    """
    size = parts[0].shape[0]
    canvas = np.full((size, size, 3), 255, np.uint8)
    for part, (x, y), share in zip(parts, centres, sides):
        side = round(size * share)
        small = Image.fromarray(part).resize((side, side), Image.Resampling.LANCZOS)
        left = min(max(0, round(size * x - side / 2)), size - side)
        top = min(max(0, round(size * y - side / 2)), size - side)
        area = canvas[top : top + side, left : left + side]
        np.minimum(area, np.asarray(small), out=area)
    return canvas


def shifted(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a picture smaller, somewhere else, and mirrored half of the time."""
    part = picture[:, ::-1] if generator.random() < 0.5 else picture
    share = generator.uniform(0.75, 1.0)
    x, y = generator.uniform(share / 2, 1 - share / 2, size=2)
    return pasted([np.ascontiguousarray(part)], [(x, y)], [share])


def several(picture: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return two to five of the same thing."""
    centres, side = LAYOUTS[count]
    moved = [tuple(c + generator.uniform(-0.03, 0.03) for c in centre) for centre in centres]
    sides = [side * generator.uniform(0.88, 1.0) for _ in centres]
    return pasted([picture] * count, moved, sides)


def pair(left: np.ndarray, right: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return two things side by side."""
    sides = list(generator.uniform(0.46, 0.56, size=2))
    heights = generator.uniform(0.4, 0.6, size=2)
    return pasted([left, right], [(0.26, heights[0]), (0.74, heights[1])], sides)
