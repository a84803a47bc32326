"""K_EULER_ANCESTRAL: Euler's method that steps further down and adds fresh noise."""

import math

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.sigma_tick import sigma_tick


def euler_ancestral_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile k-diffusion's `sample_euler_ancestral` with eta 1.

    Every tick draws noise, also the last one whose coefficient is 0, because diffusers'
    EulerAncestralDiscreteScheduler does and the generator's stream is to stay the same.
    """
    timesteps = [float(t) for t in spacing.linspace(steps, levels.highest_timestep)[skipped:]]
    path = [*(levels.at(t) for t in timesteps), NoiseLevel(0.0)]
    ticks = []
    for t, now, then in zip(timesteps, path, path[1:], strict=False):
        down, up = _split(now.sigma, then.sigma)
        weights = (down - now.sigma, 0.0, 0.0, 0.0)
        ticks.append(sigma_tick(t, now, levels.prediction, weights, ancestral_noise=up))
    return Plan.in_sigma_space(SamplerName.K_EULER_ANCESTRAL, steps, path[0], ticks)


def _split(sigma: float, target: float) -> tuple[float, float]:
    # down**2 + up**2 = target**2, where up is the posterior's standard deviation
    up = target * math.sqrt(sigma**2 - target**2) / sigma
    return target**2 / sigma, up
