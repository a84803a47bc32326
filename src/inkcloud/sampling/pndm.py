"""PNDM: pseudo linear multistep of order 4 ("PLMS"), without Runge-Kutta steps."""

from collections.abc import Sequence
from dataclasses import replace

from inkcloud.domain.sampler_name import FEWEST_FOR_MULTISTEP, SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.ddim import ddim_plan
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.plan import Plan, Tick
from inkcloud.sampling.preserving_tick import preserving_tick

_FIRST = (1.0, 0.0, 0.0, 0.0)
_HEUN = (1 / 2, 1 / 2, 0.0, 0.0)
_MULTISTEP = (
    (3 / 2, -1 / 2, 0.0, 0.0),
    (23 / 12, -16 / 12, 5 / 12, 0.0),
    (55 / 24, -59 / 24, 37 / 24, -9 / 24),
)


def pndm_plan(steps: int, levels: NoiseLevels, skipped: int = 0) -> Plan:
    """Compile diffusers' PNDMScheduler with `skip_prk_steps`: steps + 1 ticks.

    The first step is done twice: tick 0 goes there with Euler's method, tick 1 asks the network
    there and goes again from the anchor with the mean of both (Heun). From then on
    Adams-Bashforth (equation 12, https://arxiv.org/abs/2202.09778) with as many entries as there
    are. The last tick goes to alpha-bar[0] (`set_alpha_to_one` false). Timesteps: see
    `spacing.leading`.

    Where the network predicts v, this differs from diffusers, which mixes raw v outputs of
    different levels (its issue 14816): the history holds epsilon; docs/decisions/0010 has what
    each costs. After skipped steps the first one that is left is done twice, where diffusers cuts
    its list of timesteps, in which another one is doubled; see docs/decisions/0005.

    Fewer than ten steps are all Euler's, without the repeated first one, which makes them DDIM's:
    across steps that long the formulas overshoot; see docs/decisions/0010.
    """
    if steps < FEWEST_FOR_MULTISTEP:
        return replace(ddim_plan(steps, levels, skipped), sampler=SamplerName.PNDM)
    timesteps = [float(t) for t in spacing.leading(steps, levels.count)[skipped:]]
    ends = [*timesteps[1:], 0.0]
    ticks = [_tick(levels, timesteps[0], ends[0], _FIRST, keeps_history=True, sets_anchor=True)]
    if len(timesteps) > 1:
        ticks.append(_heun_tick(levels, timesteps[0], timesteps[1]))
    for i in range(1, len(timesteps)):
        weights = _MULTISTEP[min(i, len(_MULTISTEP)) - 1]
        ticks.append(_tick(levels, timesteps[i], ends[i], weights, keeps_history=True))
    return Plan.preserving(SamplerName.PNDM, steps, levels.at(timesteps[0]), ticks)


def _tick(
    levels: NoiseLevels,
    start: float,
    end: float,
    weights: Sequence[float],
    *,
    keeps_history: bool,
    sets_anchor: bool = False,
) -> Tick:
    now = levels.at(start)
    c_x, c_epsilon = now.move_to(levels.at(end))
    first, second, third, fourth = (c_epsilon * weight for weight in weights)
    return preserving_tick(
        start,
        now,
        levels.prediction,
        c_x=c_x,
        c_h=(first, second, third, fourth),
        keeps_history=keeps_history,
        sets_anchor=sets_anchor,
    )


def _heun_tick(levels: NoiseLevels, start: float, end: float) -> Tick:
    # asked at `end`, but moves the anchor, which is at `start`
    c_anchor, c_epsilon = levels.at(start).move_to(levels.at(end))
    first, second, third, fourth = (c_epsilon * weight for weight in _HEUN)
    return preserving_tick(
        end,
        levels.at(end),
        levels.prediction,
        c_x=0.0,
        c_h=(first, second, third, fourth),
        c_anchor=c_anchor,
    )
