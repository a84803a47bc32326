"""Spherical interpolation between two drawings of noise."""

import math

import torch
from torch import Tensor


@torch.no_grad()
def slerp(low: Tensor, high: Tensor, share: float) -> Tensor:
    """Return the noise on the arc from `low` to `high`, a share of its angle away from `low`.

    A straight line between two independent drawings passes through noise that is too weak: in
    the middle it has the deviation sqrt(1/2). The arc keeps it near 1 (Shoemake 1985; used for
    latents by White 2016, https://arxiv.org/abs/1609.04468):

        (sin((1 - share) * angle) * low + sin(share * angle) * high) / sin(angle)

    The angle is taken between the whole drawings. Sums are exact and the result is rounded once,
    so it depends on no number of threads.

    Args:
        low: noise of any shape, float32.
        high: noise of the same shape, float32.
        share: 0 gives `low` and 1 gives `high`, in every bit.

    Raises:
        ValueError: if the shapes differ or the share is not from 0 to 1.
    """
    if low.shape != high.shape or not 0 <= share <= 1:
        raise ValueError(
            f"noise of shapes {tuple(low.shape)} and {tuple(high.shape)}, share {share}; "
            "allowed: one shape, a share from 0 to 1"
        )
    if share in {0, 1}:
        return high if share else low
    cosine = _dot(low, high) / math.sqrt(_dot(low, low) * _dot(high, high))
    angle = math.acos(max(-1.0, min(1.0, cosine)))
    if math.sin(angle) == 0.0:  # the same noise, or its opposite: there is no one arc
        return low
    weights = math.sin((1 - share) * angle), math.sin(share * angle)
    return ((weights[0] * low.double() + weights[1] * high.double()) / math.sin(angle)).float()


def _dot(one: Tensor, other: Tensor) -> float:
    # a product of two float32 is exact in float64, and fsum rounds once
    return math.fsum((one.double() * other.double()).flatten().tolist())
