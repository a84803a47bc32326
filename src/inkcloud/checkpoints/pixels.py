"""From a decoder's numbers to the bytes of a picture."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from inkcloud.domain.errors import CheckpointError

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def to_pixels(colours: Tensor) -> Pixels:
    """Return colours as bytes, rounded as diffusers' VaeImageProcessor rounds.

    Args:
        colours: (3, H, W), from -1 (dark) to 1 (bright); what lies beyond is cut.

    Returns:
        (H, W, 3) uint8.

    Raises:
        CheckpointError: if a colour is not a number.
    """
    if not bool(torch.isfinite(colours).all()):
        raise CheckpointError(
            "The model gave values that are not numbers: its weights are damaged or "
            "overflow in this dtype.",
            field="dtype",
            allowed="float32 or bfloat16, which have a wider range than float16",
        )
    share = (colours.float() * 0.5 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
    return (share * 255).round().astype(np.uint8)
