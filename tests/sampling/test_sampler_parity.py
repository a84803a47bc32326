"""The samplers against diffusers' schedulers, wherever those are right."""

import pytest

from inkcloud.domain.noise_schedule import BetaSchedule, NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan
from support.diffusers_oracle import equal_sampler, run_scheduler
from support.sampling_driver import TanhNetwork, begin, step

SHAPE = (4, 8, 8)
MODEL = TanhNetwork(cells=4 * 8 * 8)
LEADING = (SamplerName.PNDM, SamplerName.DDIM)
TOLERANCE = 2e-5


def assert_parity(sampler, schedule, steps, seed=0, shape=SHAPE, model=MODEL, **changes):
    plan = compile_plan(sampler, steps, schedule)
    stock = equal_sampler(sampler, steps)
    expected = run_scheduler(stock, schedule, steps, model, seed, shape, **changes)

    assert [tick.timestep for tick in plan.ticks] == expected.timesteps
    assert plan.start_scale == pytest.approx(expected.start_scale, rel=1e-6)
    state, noise = begin(plan, seed, shape)
    for latent in expected.latents:
        (state,) = step([plan], [state], [noise], model)
        scale = latent.abs().max()
        assert (state.latent - latent).abs().max() <= TOLERANCE * scale


WHERE_DIFFUSERS_IS_RIGHT = [
    (sampler, steps)
    for sampler in SamplerName
    # DDIM and PNDM start far below the highest level with few steps: see the tests below
    for steps in ([10, 20, 50] if sampler in LEADING else [2, 3, 5, 10, 20, 50])
]


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize(("sampler", "steps"), WHERE_DIFFUSERS_IS_RIGHT)
def test_every_latent_equals_diffusers(sampler, steps, prediction):
    assert_parity(sampler, NoiseSchedule(prediction=prediction), steps)


@pytest.mark.parametrize("steps", [100, 142, 333])
@pytest.mark.parametrize("sampler", LEADING)
def test_long_runs_on_the_right_side_of_the_cliff_equal_diffusers(sampler, steps):
    assert_parity(sampler, NoiseSchedule(), steps)


@pytest.mark.parametrize("steps", [1, 2, 4, 5, 8])
@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", LEADING)
def test_below_the_cliff_equals_diffusers_with_trailing_spacing(sampler, prediction, steps):
    # only step counts that divide 1000: elsewhere diffusers steps to timesteps it never visits
    schedule = NoiseSchedule(prediction=prediction)
    assert_parity(sampler, schedule, steps, timestep_spacing="trailing")


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", [s for s in SamplerName if s not in LEADING])
def test_one_step_equals_diffusers_with_trailing_spacing(sampler, prediction):
    schedule = NoiseSchedule(prediction=prediction)
    assert_parity(sampler, schedule, 1, timestep_spacing="trailing")


@pytest.mark.parametrize("sampler", SamplerName)
def test_other_training_schedules_equal_diffusers(sampler):
    schedule = NoiseSchedule(
        beta_schedule=BetaSchedule.LINEAR, beta_start=1e-4, beta_end=0.02, training_steps=600
    )
    assert_parity(sampler, schedule, 25)


@pytest.mark.parametrize("seed", [1, 2**32 + 5, 2**64 - 1])
@pytest.mark.parametrize("sampler", SamplerName)
def test_other_seeds_and_sizes_equal_diffusers(sampler, seed):
    shape = (3, 5, 7)
    model = TanhNetwork(cells=3 * 5 * 7)
    assert_parity(sampler, NoiseSchedule(), 15, seed=seed, shape=shape, model=model)


@pytest.mark.parametrize("sampler", SamplerName)
def test_parity_would_notice_another_prediction(sampler):
    expected = run_scheduler(sampler, NoiseSchedule(prediction=Prediction.V), 10, MODEL, 0, SHAPE)
    plan = compile_plan(sampler, 10, NoiseSchedule())
    state, noise = begin(plan, 0, SHAPE)

    (state,) = step([plan], [state], [noise], MODEL)

    scale = expected.latents[0].abs().max()
    assert (state.latent - expected.latents[0]).abs().max() > 100 * TOLERANCE * scale
