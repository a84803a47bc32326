"""What is known of a UNet before its weights are read."""

import math
from dataclasses import dataclass

from diffusers.models.embeddings import get_timestep_embedding
from torch import Tensor

from inkcloud.checkpoints.modules import Part


@dataclass(frozen=True)
class UnetFacts:
    """The facts that sampling needs.

    Attributes:
        channels: of a latent.
        sample_size: height and width that it was trained for, in latent cells.
        text_width: numbers in one token's state.
        parameters: how many weights it has.
        time_width: sines and cosines that stand for a timestep.
        flip_sin_to_cos: whether the cosines come first.
        freq_shift: as diffusers' embedding of timesteps takes it.
    """

    channels: int
    sample_size: tuple[int, int]
    text_width: int
    parameters: int
    time_width: int
    flip_sin_to_cos: bool = True
    freq_shift: int = 0

    @staticmethod
    def of(unet: Part) -> "UnetFacts":
        """Return the facts that a checked configuration and headers give."""
        size = unet.config["sample_size"]
        return UnetFacts(
            channels=int(unet.config["in_channels"]),
            sample_size=(size, size) if isinstance(size, int) else (size[0], size[-1]),
            text_width=int(unet.config["cross_attention_dim"]),
            parameters=sum(math.prod(entry.shape) for _, _, entry in unet.weights.entries.values()),
            time_width=int(unet.config["block_out_channels"][0]),
            flip_sin_to_cos=bool(unet.config.get("flip_sin_to_cos", True)),
            freq_shift=int(unet.config.get("freq_shift", 0)),
        )

    def time_waves(self, timesteps: Tensor) -> Tensor:
        """Return what stands for timesteps (R,), as (R, time_width) float32."""
        waves: Tensor = get_timestep_embedding(
            timesteps,
            self.time_width,
            flip_sin_to_cos=self.flip_sin_to_cos,
            downscale_freq_shift=self.freq_shift,
        )
        return waves
