"""The order that shows a run's spread early: the corners, then the middles, then the rest."""

from collections.abc import Sequence
from itertools import product

Position = tuple[int, ...]


def spread_order(lengths: Sequence[int]) -> list[Position]:
    """Return all positions of a grid, coarse ones first.

    Level 0 are the corners; each further level halves the gaps along every axis. Within a level
    the positions are taken in bit-reversed order (van der Corput), so that they do not fill up
    from one side.

    Args:
        lengths: how many values each axis has.
    """
    levels = [_levels(length) for length in lengths]
    by_level: dict[int, list[Position]] = {}
    for position in product(*(range(length) for length in lengths)):
        level = max((axis[i] for axis, i in zip(levels, position, strict=True)), default=0)
        by_level.setdefault(level, []).append(position)
    return [
        by_level[level][index]
        for level in sorted(by_level)
        for index in _bit_reversed(len(by_level[level]))
    ]


def _levels(length: int) -> list[int]:
    """Return for each index of an axis how often it had to be halved to get there."""
    levels = [0] * length
    gaps = [(0, length - 1)]
    level = 0
    while gaps:
        level += 1
        next_gaps = []
        for low, high in gaps:
            if high - low < 2:
                continue
            middle = (low + high) // 2
            levels[middle] = level
            next_gaps += [(low, middle), (middle, high)]
        gaps = next_gaps
    return levels


def _bit_reversed(count: int) -> list[int]:
    """Return 0 to count - 1 in the order of the van der Corput sequence of base 2."""
    bits = max(1, (count - 1).bit_length())
    reversed_ = (int(f"{i:0{bits}b}"[::-1], 2) for i in range(1 << bits))
    return [i for i in reversed_ if i < count]
