"""Plans: what is true of all of them, and the traps."""

import dataclasses
import math
from itertools import pairwise

import pytest
from scipy import integrate

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling import spacing
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.klms import adams_bashforth
from inkcloud.sampling.noise_levels import NoiseLevels

EVERY_STEP_COUNT = range(1, 501)
LEADING = (SamplerName.PNDM, SamplerName.DDIM)
IN_SIGMA_SPACE = (SamplerName.KLMS, SamplerName.K_EULER, SamplerName.K_EULER_ANCESTRAL)


@pytest.fixture(scope="module", params=SamplerName)
def plans(request):
    """Every plan of one sampler, 1 to 500 steps."""
    return [compile_plan(request.param, steps, NoiseSchedule()) for steps in EVERY_STEP_COUNT]


def test_every_number_is_finite_at_every_step_count(plans):
    for plan in plans:
        assert_finite(plan)


@pytest.mark.parametrize("sampler", SamplerName)
def test_every_number_is_finite_for_v_too(sampler):
    # the closed-form tests run every step count with v; here also what previews alone use
    for steps in (*range(1, 41), 333, 334, 500):
        assert_finite(compile_plan(sampler, steps, NoiseSchedule(prediction=Prediction.V)))


def test_network_calls_are_the_steps_and_one_more_for_pndm_from_ten_steps_on(plans):
    for steps, plan in zip(EVERY_STEP_COUNT, plans, strict=True):
        more = 1 if plan.sampler is SamplerName.PNDM and steps >= 10 else 0
        assert len(plan.ticks) == steps + more == plan.sampler.network_calls(steps)
        assert plan.steps == steps


@pytest.mark.parametrize("sampler", SamplerName)
def test_network_calls_are_known_for_every_number_of_skipped_steps(sampler):
    for steps in (1, 9, 10, 20):
        for skipped in range(steps):
            plan = compile_plan(sampler, steps, NoiseSchedule(), skipped)
            assert len(plan.ticks) == sampler.network_calls(steps, skipped), (steps, skipped)


@pytest.mark.parametrize("prediction", Prediction)
def test_pndm_does_what_ddim_does_below_ten_steps_and_not_from_there_on(prediction):
    schedule = NoiseSchedule(prediction=prediction)
    for steps, skipped in ((1, 0), (2, 0), (5, 0), (9, 0), (9, 4)):
        pndm, ddim = (compile_plan(s, steps, schedule, skipped) for s in LEADING)
        assert pndm.sampler is SamplerName.PNDM
        assert pndm.ticks == ddim.ticks
    assert compile_plan(SamplerName.PNDM, 10, schedule).ticks[2].c_h[1] != 0


def test_the_start_is_near_the_highest_level_at_every_step_count(plans):
    for plan in plans:
        assert 900 <= plan.ticks[0].timestep <= 999, plan.steps


def test_timesteps_fall_at_every_step_count(plans):
    for plan in plans:
        told = [tick.timestep for tick in plan.ticks]
        if plan.sampler is SamplerName.PNDM and plan.steps >= 10:
            assert told[1] == told[2]
            del told[1]
        assert all(now > then for now, then in pairwise(told)), plan.steps
        assert told[-1] >= 0


@pytest.mark.parametrize("sampler", SamplerName)
def test_one_step_starts_at_the_highest_noise_level(sampler):
    (tick,) = compile_plan(sampler, 1, NoiseSchedule()).ticks
    assert tick.timestep == 999


@pytest.mark.parametrize("sampler", SamplerName)
def test_start_scale_is_the_highest_sigma_in_sigma_space_and_1_elsewhere(sampler):
    scale = compile_plan(sampler, 20, NoiseSchedule()).start_scale
    assert scale == pytest.approx(14.6146 if sampler in IN_SIGMA_SPACE else 1.0, rel=1e-5)


@pytest.mark.parametrize("sampler", SamplerName)
def test_only_euler_ancestral_draws_noise_and_does_so_at_every_tick(sampler):
    ticks = compile_plan(sampler, 7, NoiseSchedule()).ticks
    ancestral = sampler is SamplerName.K_EULER_ANCESTRAL
    assert {tick.draws_noise for tick in ticks} == {ancestral}
    assert ticks[-1].c_noise == 0.0
    assert (ticks[0].c_noise > 0) == ancestral


def test_the_known_timesteps_for_20_steps():
    told = {
        sampler: [tick.timestep for tick in compile_plan(sampler, 20, NoiseSchedule()).ticks]
        for sampler in SamplerName
    }
    assert told[SamplerName.PNDM][:4] == [951, 901, 901, 851]
    assert told[SamplerName.DDIM] == list(range(951, 0, -50))
    assert told[SamplerName.KLMS][0] == 999
    assert told[SamplerName.KLMS][-1] == 0
    assert told[SamplerName.DPM_SOLVER_MULTISTEP][:2] == [999, 949]
    assert told[SamplerName.DPM_SOLVER_MULTISTEP][-1] == 50


def test_leading_spacing_gives_way_exactly_where_it_would_start_below_900():
    for steps in EVERY_STEP_COUNT:
        start = (steps - 1) * (1000 // steps) + 1
        found = spacing.leading(steps, 1000)
        assert len(found) == steps
        assert found[0] == (start if start >= 900 else 999), steps


def test_the_alphas_are_stable_diffusions():
    levels = NoiseLevels(NoiseSchedule())
    assert levels.alphas_cumprod[0] == pytest.approx(0.99915, abs=1e-6)
    assert levels.alphas_cumprod[-1] == pytest.approx(0.00466, abs=1e-5)
    assert levels.sigmas[0] == pytest.approx(0.0292, abs=1e-4)
    assert levels.sigmas[-1] == pytest.approx(14.615, abs=1e-3)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_multistep_weights_equal_an_adaptive_quadrature(count):
    nodes = [1.3, 1.9, 3.1, 7.0][:count]
    weights = adams_bashforth(nodes, 0.4)

    for k in range(4):
        expected = 0.0
        if k < count:
            expected, _ = integrate.quad(lambda s, k=k: lagrange(nodes, k, s), nodes[0], 0.4)
        assert weights[k] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("sampler", SamplerName)
def test_skipped_steps_leave_the_timesteps_of_the_others(sampler):
    whole = compile_plan(sampler, 20, NoiseSchedule())
    visited = list(dict.fromkeys(tick.timestep for tick in whole.ticks))
    for skipped in range(20):
        plan = compile_plan(sampler, 20, NoiseSchedule(), skipped)
        assert list(dict.fromkeys(tick.timestep for tick in plan.ticks)) == visited[skipped:]
        assert_finite(plan)


@pytest.mark.parametrize("sampler", SamplerName)
def test_after_skipped_steps_no_history_is_expected(sampler):
    for skipped in range(1, 20):
        ticks = compile_plan(sampler, 20, NoiseSchedule(), skipped).ticks
        kept = 0
        for tick in ticks:
            assert not any(tick.c_h[kept + 1 :]), (skipped, tick)
            kept = min(kept + tick.keeps_history, 3)


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", SamplerName)
def test_an_image_under_noise_stands_at_the_first_ticks_level(sampler, prediction):
    levels = NoiseLevels(NoiseSchedule(prediction=prediction))
    for skipped in (0, 7, 19):
        plan = compile_plan(sampler, 20, NoiseSchedule(prediction=prediction), skipped)
        level, first = levels.at(plan.ticks[0].timestep), plan.ticks[0]
        # what the network is shown is signal * image + noise * noise, in every space
        assert first.input_scale * plan.image_scale == pytest.approx(level.signal)
        assert first.input_scale * plan.noise_scale == pytest.approx(level.noise)


@pytest.mark.parametrize("skipped", [-1, 5, 6])
def test_at_least_one_step_is_left(skipped):
    with pytest.raises(ValueError, match="allowed: 0 to 4"):
        compile_plan(SamplerName.DDIM, 5, NoiseSchedule(), skipped)


@pytest.mark.parametrize("steps", [0, -1, 1000, 2.0, True, "20"])
def test_step_counts_that_cannot_be_are_refused_by_name(steps):
    with pytest.raises(InvalidRequest) as caught:
        compile_plan(SamplerName.DDIM, steps, NoiseSchedule())
    assert caught.value.field == "num_inference_steps"
    assert caught.value.value == steps


def test_equal_arguments_give_the_same_plan_object():
    first = compile_plan(SamplerName.DDIM, 9, NoiseSchedule())
    assert compile_plan(SamplerName.DDIM, 9, NoiseSchedule()) is first


def lagrange(nodes, k, place):
    return math.prod(
        (place - other) / (nodes[k] - other) for j, other in enumerate(nodes) if j != k
    )


def assert_finite(plan):
    for tick in plan.ticks:
        # a sum is finite only if all that it adds is
        assert math.isfinite(sum(numbers(tick))), (plan.steps, tick)


def numbers(tick):
    values = [getattr(tick, field.name) for field in dataclasses.fields(tick)]
    return [n for value in values for n in (value if isinstance(value, tuple) else (value,))]
