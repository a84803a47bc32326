"""Models whose answer is known, and a loop that samples with the real batched update."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.state import SamplerState
from inkcloud.sampling.update import advance, model_input, timesteps

Model = Callable[[Tensor, Tensor], Tensor]


def begin(plan: Plan, seed: int, shape: tuple[int, int, int]) -> tuple[SamplerState, RequestNoise]:
    noise = RequestNoise(seed)
    return SamplerState.begin(plan, noise.initial(shape)), noise


def step(
    plans: Sequence[Plan],
    states: Sequence[SamplerState],
    noises: Sequence[RequestNoise],
    model: Model,
) -> list[SamplerState]:
    """Call the model once and advance all rows by one tick."""
    outputs = model(model_input(plans, states), timesteps(plans, states))
    drawn = [
        noise.step(tuple(state.latent.shape)) if tick.draws_noise else None
        for tick, state, noise in zip(
            [p.ticks[s.position] for p, s in zip(plans, states, strict=True)],
            states,
            noises,
            strict=True,
        )
    ]
    return advance(plans, states, outputs, drawn)


def sample_all(
    plans: Sequence[Plan], seed: int, shape: tuple[int, int, int], model: Model
) -> Tensor:
    """Sample with all plans at once, each row until it is done; return (N, C, H, W)."""
    begun = [begin(plan, seed, shape) for plan in plans]
    states = [state for state, _ in begun]
    while True:
        going = [i for i, s in enumerate(states) if s.position < len(plans[i].ticks)]
        if not going:
            return torch.stack([state.latent for state in states])
        moved = step(
            [plans[i] for i in going],
            [states[i] for i in going],
            [begun[i][1] for i in going],
            model,
        )
        for i, state in zip(going, moved, strict=True):
            states[i] = state


def alpha_bar(schedule: NoiseSchedule, timestep: Tensor) -> Tensor:
    """Return alpha-bar at timesteps (N,), as float64 (N, 1, 1, 1); sigma is linear between."""
    levels = _levels(schedule)
    sigma = np.interp(timestep.double().numpy(), np.arange(levels.count), levels.sigmas)
    return torch.from_numpy(1 / (sigma**2 + 1)).view(-1, 1, 1, 1)


@lru_cache
def _levels(schedule: NoiseSchedule) -> NoiseLevels:
    return NoiseLevels(schedule)


class GaussianDenoiser:
    """The best possible network for pictures x0 ~ N(mean, deviation**2), cell by cell.

    With deviation 0 every picture is `mean`: the point mass.
    """

    def __init__(self, schedule: NoiseSchedule, mean: Tensor, deviation: float = 0.0) -> None:
        self._schedule = schedule
        self._mean = mean.double()
        self._deviation = deviation

    def __call__(self, x: Tensor, timestep: Tensor) -> Tensor:
        a = alpha_bar(self._schedule, timestep)
        excess = x.double() - a.sqrt() * self._mean
        epsilon = (1 - a).sqrt() * excess / (a * self._deviation**2 + 1 - a)
        if self._schedule.prediction is Prediction.EPSILON:
            return epsilon.float()
        clean = self._mean + a.sqrt() * self._deviation**2 * excess / (
            a * self._deviation**2 + 1 - a
        )
        return (a.sqrt() * epsilon - (1 - a).sqrt() * clean).float()


class TanhNetwork:
    """A fixed small random network of x and t, in float32; rows do not see each other."""

    def __init__(self, cells: int, hidden: int = 48, seed: int = 7) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._first = torch.randn(cells, hidden, generator=generator) / cells**0.5
        self._time = torch.randn(hidden, generator=generator)
        self._last = torch.randn(hidden, cells, generator=generator) / hidden**0.5

    def __call__(self, x: Tensor, timestep: Tensor) -> Tensor:
        rows = [self._row(row, t) for row, t in zip(x, timestep, strict=True)]
        return torch.stack(rows)

    def _row(self, row: Tensor, timestep: Tensor) -> Tensor:
        inner = torch.tanh(row.reshape(-1) @ self._first + self._time * (timestep / 500 - 1))
        return (1.5 * inner @ self._last).reshape(row.shape)
