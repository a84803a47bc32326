"""How many numbers a model holds at once while it draws, beside its weights."""

from collections.abc import Mapping
from typing import Any

ROWS = 2
DECODER_TENSORS = 4
UNET_TENSORS = 16


def picture_work(unet: Mapping[str, Any], vae: Mapping[str, Any]) -> int:
    """Estimate it for a guided picture of the native size.

    A rule of thumb, the larger of two moments: the UNet holds some tensors of its first stage's
    width, the decoder fewer of its widest full-size stage. docs/performance.md has what was
    measured beside it.

    Args:
        unet: the UNet's configuration, as diffusers names its settings.
        vae: the autoencoder's.

    Returns:
        How many numbers, whatever their format.
    """
    size = unet["sample_size"]
    cells = size * size if isinstance(size, int) else size[0] * size[-1]
    widths = vae.get("block_out_channels") or vae["decoder_block_out_channels"]
    factor = 2 ** (len(widths) - 1)
    of_unet = UNET_TENSORS * ROWS * int(unet["block_out_channels"][0]) * cells
    of_decoder = DECODER_TENSORS * int(max(widths[:2])) * cells * factor * factor
    return int(max(of_unet, of_decoder))
