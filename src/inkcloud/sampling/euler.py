"""K_EULER: Euler's method in sigma space."""

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.sigma_tick import sigma_tick


def euler_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile Algorithm 2 of https://arxiv.org/abs/2206.00364 without churn, order 1.

    Timesteps and sigmas are those of diffusers' EulerDiscreteScheduler with "linspace" spacing
    and a last sigma of 0.
    """
    timesteps = [float(t) for t in spacing.linspace(steps, levels.highest_timestep)[skipped:]]
    path = [*(levels.at(t) for t in timesteps), NoiseLevel(0.0)]
    ticks = tuple(
        sigma_tick(t, now, levels.prediction, (then.sigma - now.sigma, 0.0, 0.0, 0.0))
        for t, now, then in zip(timesteps, path, path[1:], strict=False)
    )
    return Plan.in_sigma_space(SamplerName.K_EULER, steps, path[0], ticks)
