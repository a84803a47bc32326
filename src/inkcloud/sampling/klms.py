"""KLMS: the linear multistep method in sigma space, order 4."""

import math
from collections.abc import Sequence

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import History, Plan
from inkcloud.sampling.sigma_tick import sigma_tick

ORDER = 4


def klms_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile k-diffusion's `sample_lms`; the first ticks use as many entries as there are.

    Timesteps and sigmas are those of diffusers' LMSDiscreteScheduler with "linspace" spacing.
    After skipped steps there is no history either, so the order grows from 1 again, where
    diffusers takes the first weights of order 4 alone; see docs/decisions/0005.
    """
    timesteps = [float(t) for t in spacing.linspace(steps, levels.highest_timestep)[skipped:]]
    path = [*(levels.at(t) for t in timesteps), NoiseLevel(0.0)]
    ticks = []
    for i, t in enumerate(timesteps):
        nodes = [level.sigma for level in path[max(0, i + 1 - ORDER) : i + 1]][::-1]
        weights = adams_bashforth(nodes, path[i + 1].sigma)
        ticks.append(sigma_tick(t, path[i], levels.prediction, weights, keeps_history=True))
    return Plan.in_sigma_space(SamplerName.KLMS, steps, path[0], ticks)


def adams_bashforth(nodes: Sequence[float], end: float) -> History:
    """Return the weights of one multistep step on an uneven grid.

    Weight k is the integral, from nodes[0] to end, of the Lagrange polynomial that is 1 at
    nodes[k] and 0 at the others. It has degree 3 at most, for which Gauss-Legendre quadrature
    with two points is exact.

    Args:
        nodes: at most 4 distinct places where the derivative is known, newest first.
        end: where the step goes.
    """
    half = (end - nodes[0]) / 2
    points = (nodes[0] + half * (1 - 1 / math.sqrt(3)), nodes[0] + half * (1 + 1 / math.sqrt(3)))
    weights = [0.0] * ORDER
    for k, node in enumerate(nodes):
        others = [other for j, other in enumerate(nodes) if j != k]
        lagrange = [math.prod((p - other) / (node - other) for other in others) for p in points]
        weights[k] = half * sum(lagrange)
    return weights[0], weights[1], weights[2], weights[3]
