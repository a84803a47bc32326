"""What is known of a UNet before its weights are read."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from inkcloud.checkpoints.modules import Part

LONGEST_WAVE = 10_000


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
        """Return what stands for timesteps (R,), as (R, time_width) float32.

        The embedding of Ho et al. 2020, to the last bit as diffusers computes it, whose import
        takes seconds.
        """
        half = self.time_width // 2
        exponents = -math.log(LONGEST_WAVE) * torch.arange(half, dtype=torch.float32)
        frequencies = torch.exp(exponents / (half - self.freq_shift))
        angles = timesteps[:, None].float() * frequencies[None, :]
        waves = [torch.sin(angles), torch.cos(angles)]
        if self.flip_sin_to_cos:
            waves.reverse()
        return torch.nn.functional.pad(torch.cat(waves, dim=-1), (0, self.time_width % 2))
