"""The noise levels that a checkpoint was trained on."""

import numpy as np
import torch
from numpy.typing import NDArray

from inkcloud.domain.noise_schedule import BetaSchedule, NoiseSchedule
from inkcloud.sampling.noise_level import NoiseLevel


class NoiseLevels:
    """A training schedule's noise levels, from almost clean (0) to almost pure noise.

    Args:
        schedule: the training schedule.

    Attributes:
        prediction: what the network predicts.
        count: number of levels, diffusers' `num_train_timesteps`.
        alphas_cumprod: (count,) float64; computed in float32 as diffusers does, then widened,
            so that both see the same numbers.
        sigmas: (count,) float64, sqrt((1 - alpha-bar) / alpha-bar), growing.
    """

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.prediction = schedule.prediction
        self.count = schedule.training_steps
        self.alphas_cumprod = _alphas_cumprod(schedule)
        self.sigmas: NDArray[np.float64] = np.sqrt(
            (1.0 - self.alphas_cumprod) / self.alphas_cumprod
        )

    @property
    def highest_timestep(self) -> int:
        """The timestep of the highest noise level."""
        return self.count - 1

    def at(self, timestep: float) -> NoiseLevel:
        """Return the level at a timestep; between whole ones sigma is linear, as in diffusers."""
        below = min(int(timestep), self.count - 2)
        low, high = float(self.sigmas[below]), float(self.sigmas[below + 1])
        return NoiseLevel(low + (high - low) * (timestep - below))


def _alphas_cumprod(schedule: NoiseSchedule) -> NDArray[np.float64]:
    power = 2 if schedule.beta_schedule is BetaSchedule.SCALED_LINEAR else 1
    betas = (
        torch.linspace(
            schedule.beta_start ** (1 / power),
            schedule.beta_end ** (1 / power),
            schedule.training_steps,
            dtype=torch.float32,
        )
        ** power
    )
    return torch.cumprod(1.0 - betas, dim=0).numpy().astype(np.float64)
