"""Which timesteps a sampler visits, highest first."""

import numpy as np
from numpy.typing import NDArray

LOWEST_LEADING_START = 0.9
STEPS_OFFSET = 1


def linspace(steps: int, highest: int) -> NDArray[np.float64]:
    """Return fractional timesteps from `highest` to 0, rounded to float32 as diffusers does.

    One step starts at the highest noise level, where diffusers' linspace(0, 999, 1) gives 0.
    """
    if steps == 1:
        return np.array([highest], dtype=np.float64)
    return np.linspace(0, highest, steps, dtype=np.float32)[::-1].astype(np.float64)


def linspace_without_zero(steps: int, highest: int) -> NDArray[np.float64]:
    """Return whole timesteps from `highest` towards 0, without 0 itself (DPM-Solver++)."""
    return np.linspace(0, highest, steps + 1).round()[:0:-1].copy()


def leading(steps: int, count: int) -> NDArray[np.float64]:
    """Return whole timesteps of "leading" spacing, with diffusers' `steps_offset` of 1.

    The spacing is `count // steps`, so the first timestep, `(steps - 1) * (count // steps) + 1`,
    falls far below the highest one for few steps and again wherever the division just drops
    (with 1000: 997 at 333 steps, 667 at 334), while the latent there is still pure noise.
    Where it would fall below 0.9 `count` the spacing is "trailing" instead. There, and only
    there, the timesteps differ from diffusers'; see docs/decisions/0002.
    """
    ratio = count // steps
    if (steps - 1) * ratio + STEPS_OFFSET < LOWEST_LEADING_START * count:
        return trailing(steps, count)
    return np.arange(steps - 1, -1, -1, dtype=np.float64) * ratio + STEPS_OFFSET


def trailing(steps: int, count: int) -> NDArray[np.float64]:
    """Return whole timesteps of "trailing" spacing: `count - 1` first, `count / steps - 1` last."""
    return np.round(count * np.arange(steps, 0, -1, dtype=np.float64) / steps) - 1.0
