"""DDIM with eta 0."""

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.preserving_tick import preserving_tick


def ddim_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile equation 12 of https://arxiv.org/abs/2010.02502 with eta 0.

    As diffusers' DDIMScheduler with `set_alpha_to_one` false, the last tick goes to timestep 0,
    alpha-bar[0], not to the clean picture. Timesteps: see `spacing.leading`.
    """
    timesteps = [float(t) for t in spacing.leading(steps, levels.count)[skipped:]]
    path = [levels.at(t) for t in [*timesteps, 0.0]]
    ticks = []
    for t, now, then in zip(timesteps, path, path[1:], strict=False):
        c_x, c_epsilon = now.move_to(then)
        weights = (c_epsilon, 0.0, 0.0, 0.0)
        ticks.append(preserving_tick(t, now, levels.prediction, c_x=c_x, c_h=weights))
    return Plan.preserving(SamplerName.DDIM, steps, path[0], ticks)
