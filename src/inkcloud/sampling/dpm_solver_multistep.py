"""DPMSolverMultistep: DPM-Solver++ of order 2, multistep, midpoint ("DPM++ 2M")."""

import math

from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import History, Plan, Tick


def dpm_solver_multistep_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile Algorithm 2 of https://arxiv.org/abs/2211.01095 with a last sigma of 0.

    As diffusers' DPMSolverMultistepScheduler with "dpmsolver++", "midpoint", "linspace" and
    `final_sigmas_type` "zero". The first tick has no history and the last one would need
    log(0), so both are of order 1.
    """
    visited = spacing.linspace_without_zero(steps, levels.highest_timestep)[skipped:]
    timesteps = [float(t) for t in visited]
    path = [*(levels.at(t) for t in timesteps), NoiseLevel(0.0)]
    ticks = []
    for i, t in enumerate(timesteps):
        before = path[i - 1] if 0 < i < len(timesteps) - 1 else None
        ticks.append(_tick(t, levels.prediction, before, path[i], path[i + 1]))
    return Plan.preserving(SamplerName.DPM_SOLVER_MULTISTEP, steps, path[0], ticks)


def _tick(
    timestep: float,
    prediction: Prediction,
    before: NoiseLevel | None,
    now: NoiseLevel,
    then: NoiseLevel,
) -> Tick:
    data_x, data_output = now.data_from(prediction)
    return Tick(
        timestep=timestep,
        input_scale=1.0,
        to_x=data_x,
        to_output=data_output,
        den_x=data_x,
        den_output=data_output,
        c_x=then.noise / now.noise,
        c_h=_weights(before, now, then),
        keeps_history=True,
    )


def _weights(before: NoiseLevel | None, now: NoiseLevel, then: NoiseLevel) -> History:
    # lambda = -log(sigma), h = lambda_then - lambda_now, so exp(-h) is a ratio of sigmas
    whole = then.signal * (1.0 - then.sigma / now.sigma)
    if before is None:
        return whole, 0.0, 0.0, 0.0
    ratio = math.log(before.sigma / now.sigma) / math.log(now.sigma / then.sigma)
    half = whole / (2.0 * ratio)
    return whole + half, -half, 0.0, 0.0
