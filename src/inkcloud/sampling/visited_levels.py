"""Which noise levels a sampler visits."""

from dataclasses import dataclass

from inkcloud.domain.noise_schedule import NoiseSchedule
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan, noise_levels


@dataclass(frozen=True)
class VisitedLevel:
    """A noise level at which the network is asked.

    Attributes:
        timestep: what the network is told, in training steps.
        sigma: sqrt(1 - alpha-bar) / sqrt(alpha-bar).
        alpha_bar: the picture's share of the variance.
    """

    timestep: float
    sigma: float
    alpha_bar: float


def visited_levels(
    sampler: SamplerName, steps: int, schedule: NoiseSchedule
) -> tuple[VisitedLevel, ...]:
    """Return the noise level of each call of the network, in order.

    Raises:
        InvalidRequest: if there are fewer noise levels than the steps need.
    """
    plan = compile_plan(sampler, steps, schedule)
    return tuple(_level(schedule, tick.timestep) for tick in plan.ticks)


def training_levels(schedule: NoiseSchedule, count: int) -> tuple[VisitedLevel, ...]:
    """Return at most so many of the levels of training, evenly chosen, cleanest first."""
    last = schedule.training_steps - 1
    count = min(count, schedule.training_steps)
    chosen = sorted({round(i * last / max(count - 1, 1)) for i in range(count)})
    return tuple(_level(schedule, float(timestep)) for timestep in chosen)


def _level(schedule: NoiseSchedule, timestep: float) -> VisitedLevel:
    level = noise_levels(schedule).at(timestep)
    return VisitedLevel(timestep, level.sigma, level.signal**2)
