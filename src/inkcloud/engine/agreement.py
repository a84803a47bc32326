"""Whether a backend computes what float32 computes, as nearly as its arithmetic allows."""

import math

import numpy as np
import torch
from torch import Tensor

FLOAT32_ERROR = 1e-4
ROUNDED_ERROR = 1.5
SLACK = 1e-3
WORST_ERROR = 0.2
WORST_LOSS = 3.0
GOOD_PSNR = 30.0


def call_error(found: Tensor, expected: Tensor) -> float:
    """Return the norm of the difference over the norm of what is expected.

    It is infinite if a value is not a number.
    """
    if not bool(torch.isfinite(found).all()):
        return math.inf
    return float((found - expected).norm() / expected.norm())


def psnr(found: np.ndarray, expected: np.ndarray) -> float | None:
    """Return how like two pictures are, in decibels; None if they are equal.

    Args:
        found: (H, W, 3) uint8.
        expected: the same.
    """
    error = float(np.mean((found.astype(np.float64) - expected.astype(np.float64)) ** 2))
    return 10 * math.log10(255**2 / error) if error else None


def disagreement(
    dtype: torch.dtype,
    error: float,
    likeness: float | None,
    torch_error: float,
    torch_likeness: float | None,
) -> str:
    """Return why a backend may not be used; "" if it may.

    In float32 two right implementations differ by the order of their sums: about 1e-6 was
    measured, and a wrong one was off by 7e-3; the limit lies between. In half precision each
    operation rounds to 8 or 11 bits, and what that makes of a model depends on the model:
    torch's own error in the same arithmetic is the measure, and half as much again is allowed
    for other places where values are rounded. Beyond 0.2 neither means anything. A picture must
    have 30 dB to float32's (a root mean square of 8 levels of 255), or no more than 3 dB less
    than torch's where rounding alone does worse. One picture's figure moves by some dB when
    values are rounded elsewhere, so this only guards against what single calls do not show.

    Args:
        dtype: the arithmetic.
        error: of the backend's calls; see `call_error`.
        likeness: of its picture; see `psnr`.
        torch_error: the same of torch in the same arithmetic.
        torch_likeness: the same of torch.
    """
    exact = dtype == torch.float32
    most = FLOAT32_ERROR if exact else min(ROUNDED_ERROR * torch_error + SLACK, WORST_ERROR)
    if not error <= most:
        return f"its calls are off by {error:.1e} of their norm; at most {most:.1e} is allowed"
    least = GOOD_PSNR if torch_likeness is None else min(torch_likeness - WORST_LOSS, GOOD_PSNR)
    if likeness is not None and likeness < least:
        return f"its picture has {likeness:.1f} dB to float32's; at least {least:.1f} is needed"
    return ""
