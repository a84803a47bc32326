"""Between an autoencoder's numbers and the bytes of a picture."""

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
        raise not_numbers()
    share = (colours.float() * 0.5 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
    return (share * 255).round().astype(np.uint8)


def not_numbers() -> CheckpointError:
    """Return the error for a model that gives values which are no numbers."""
    return CheckpointError(
        "The model gave values that are not numbers: its weights are damaged or "
        "overflow in this dtype.",
        field="dtype",
        allowed="float32 or bfloat16, which have a wider range than float16",
    )


def to_colours(pixels: Pixels) -> Tensor:
    """Return the colours of a picture's bytes, as diffusers' VaeImageProcessor gives them.

    Args:
        pixels: (H, W, 3) uint8.

    Returns:
        (1, 3, H, W) float32, from -1 (dark) to 1 (bright), in diffusers' memory layout: in
        another one a convolution differs in its last bits.
    """
    share = torch.from_numpy(pixels[None].astype(np.float32) / 255.0)
    return 2.0 * share.permute(0, 3, 1, 2) - 1.0
