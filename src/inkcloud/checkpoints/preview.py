"""A cheap look at a Stable Diffusion latent: one pixel a cell."""

import torch
from torch import Tensor

from inkcloud.checkpoints.pixels import Pixels, to_pixels

# How much each of the four latent channels adds to red, green and blue: a linear fit by
# Kevin Turner ("keturn"), widely used for Stable Diffusion 1 and 2.
LATENT_TO_RGB = (
    (0.298, 0.207, 0.208),
    (0.187, 0.286, 0.173),
    (-0.158, 0.189, 0.264),
    (-0.184, -0.271, -0.473),
)


def linear_preview(latent: Tensor) -> Pixels:
    """Return approximate colours of a latent.

    Args:
        latent: (4, h, w), an estimate without noise.

    Returns:
        (h, w, 3) uint8.
    """
    weights = torch.tensor(LATENT_TO_RGB)
    return to_pixels(torch.einsum("chw,cr->rhw", latent.float().nan_to_num(), weights))
