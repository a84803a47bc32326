"""The autoencoder of a checkpoint, whose weights are read when a picture first needs them."""

from typing import Any

import torch

from inkcloud.checkpoints.late_module import LateModule
from inkcloud.checkpoints.modules import Part


def cell_pixels(vae: Part) -> int:
    """Return the pixels along one side of a latent cell."""
    stages = vae.config.get("block_out_channels") or vae.config["encoder_block_out_channels"]
    return int(2 ** (len(stages) - 1))


class Autoencoder:
    """Knows from its configuration what sampling needs; its module is built later.

    Args:
        late: the module.
        factor: pixels along one side of a latent cell.
        tiny: whether it is an AutoencoderTiny, which is quick and gives one latent for a picture.
    """

    def __init__(self, late: LateModule, *, factor: int, tiny: bool) -> None:
        self.factor = factor
        self.tiny = tiny
        self.late = late

    @staticmethod
    def of(part: Part, dtype: torch.dtype, device: torch.device) -> "Autoencoder":
        """Return that of a checked configuration; its files must not have been hashed yet."""
        return Autoencoder(
            LateModule.of(part, dtype, device),
            factor=cell_pixels(part),
            tiny=part.component.class_name == "AutoencoderTiny",
        )

    @property
    def module(self) -> Any:  # noqa: ANN401
        """The AutoencoderKL or AutoencoderTiny; its weights are read now if they were not.

        Raises:
            CheckpointError: if the files cannot be read or were changed.
        """
        return self.late.get()

    def load(self) -> None:
        """Read the weights now.

        Raises:
            CheckpointError: if the files cannot be read or were changed.
        """
        self.late.get()
