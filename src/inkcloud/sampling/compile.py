"""From a sampler's name and a step count to its plan."""

from collections.abc import Callable
from functools import lru_cache

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.noise_schedule import NoiseSchedule
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.ddim import ddim_plan
from inkcloud.sampling.dpm_solver_multistep import dpm_solver_multistep_plan
from inkcloud.sampling.euler import euler_plan
from inkcloud.sampling.euler_ancestral import euler_ancestral_plan
from inkcloud.sampling.klms import klms_plan
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.pndm import pndm_plan

_TABLES: dict[SamplerName, Callable[[int, NoiseLevels, int], Plan]] = {
    SamplerName.PNDM: pndm_plan,
    SamplerName.KLMS: klms_plan,
    SamplerName.DDIM: ddim_plan,
    SamplerName.K_EULER: euler_plan,
    SamplerName.K_EULER_ANCESTRAL: euler_ancestral_plan,
    SamplerName.DPM_SOLVER_MULTISTEP: dpm_solver_multistep_plan,
}


def compile_plan(
    sampler: SamplerName, steps: int, schedule: NoiseSchedule, skipped: int = 0
) -> Plan:
    """Return the plan of a sampler for a step count and a checkpoint's schedule.

    All coefficients are computed in float64. Equal arguments give the same object.

    Args:
        sampler: which one.
        steps: the step count asked for.
        schedule: how the checkpoint was trained.
        skipped: how many of the first steps are left out, for a picture that begins as an
            image; the ticks that stay are those of a run that starts there, without history.

    Raises:
        InvalidRequest: if there are fewer noise levels than the steps need.
        ValueError: if no step is left.
    """
    highest = schedule.training_steps - 1
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= highest:
        raise InvalidRequest(
            "The number of steps is not allowed for this checkpoint.",
            field="num_inference_steps",
            value=steps,
            allowed=f"a whole number from 1 to {highest}",
        )
    if not 0 <= skipped < steps:
        raise ValueError(f"{skipped} of {steps} steps skipped; allowed: 0 to {steps - 1}")
    return _compile(SamplerName(sampler), steps, schedule, skipped)


@lru_cache(maxsize=64)
def _compile(sampler: SamplerName, steps: int, schedule: NoiseSchedule, skipped: int) -> Plan:
    return _TABLES[sampler](steps, noise_levels(schedule), skipped)


@lru_cache(maxsize=8)
def noise_levels(schedule: NoiseSchedule) -> NoiseLevels:
    """Return the noise levels of a checkpoint's schedule."""
    return NoiseLevels(schedule)
