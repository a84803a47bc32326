"""Samplers on networks whose answer is known in closed form."""

import math
from dataclasses import replace

import pytest
import torch

from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.noise_levels import NoiseLevels
from support.sampling_driver import GaussianDenoiser, TanhNetwork, alpha_bar, sample_all

SHAPE = (1, 2, 8)
SEED = 3
ENDS_AT_ALPHA_BAR_0 = (SamplerName.PNDM, SamplerName.DDIM)
MEAN = torch.linspace(-1.5, 1.5, 16).reshape(SHAPE)
EVERY_STEP_COUNT = range(1, 501)


def start_alpha_bar(plan):
    return NoiseLevels(NoiseSchedule()).alphas_cumprod[round(plan.ticks[0].timestep)]


def exact(plan, deviation, end):
    """Follow the probability flow from the plan's start to the level `end`, an alpha-bar.

    Along it (x - sqrt(a) mean) / sqrt(a deviation**2 + 1 - a) does not change.
    """
    start = start_alpha_bar(plan)
    latent = RequestNoise(SEED).initial(SHAPE).double() * plan.start_scale
    excess = latent * plan.ticks[0].input_scale - math.sqrt(start) * MEAN
    spread = (end * deviation**2 + 1 - end) / (start * deviation**2 + 1 - start)
    return math.sqrt(end) * MEAN + math.sqrt(spread) * excess


def exact_end(plan, deviation):
    """PNDM and DDIM end at alpha-bar[0], the others at the clean picture."""
    if plan.sampler in ENDS_AT_ALPHA_BAR_0:
        return exact(plan, deviation, NoiseLevels(NoiseSchedule()).alphas_cumprod[0])
    return exact(plan, deviation, 1.0)


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", SamplerName)
def test_a_point_mass_is_recovered_at_every_step_count(sampler, prediction):
    # PNDM and DDIM end at sqrt(abar[0]) * x0 + sqrt(1 - abar[0]) * epsilon, where epsilon is the
    # noise that, with x0, makes up the initial latent; the others end at x0 itself.
    schedule = NoiseSchedule(prediction=prediction)
    plans = [compile_plan(sampler, steps, schedule) for steps in EVERY_STEP_COUNT]
    expected = torch.stack([exact_end(plan, deviation=0.0) for plan in plans])

    found = sample_all(plans, SEED, SHAPE, GaussianDenoiser(schedule, MEAN))

    worst = (found - expected).abs().amax(dim=(1, 2, 3))
    assert worst.max() < 2e-5, f"at {int(worst.argmax()) + 1} steps: {float(worst.max())}"


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize(
    ("sampler", "order"),
    [
        (SamplerName.DDIM, 1.0),
        (SamplerName.K_EULER, 1.0),
        (SamplerName.PNDM, 1.5),
        (SamplerName.DPM_SOLVER_MULTISTEP, 2.0),
        (SamplerName.KLMS, 3.0),
    ],
)
def test_error_falls_with_the_order_of_the_sampler(sampler, order, prediction):
    # over the first three quarters of the way; nearer to the end the levels lie so far apart (in
    # log sigma, at any step count) that DPM-Solver++ is no longer in its asymptotic range
    schedule = NoiseSchedule(prediction=prediction)
    coarse, fine = (three_quarters(compile_plan(sampler, n, schedule)) for n in (20, 80))

    found = sample_all([coarse, fine], SEED, SHAPE, GaussianDenoiser(schedule, MEAN, deviation=0.5))

    errors = [
        float((latent - exact_three_quarters(plan)).abs().max())
        for plan, latent in zip((coarse, fine), found, strict=True)
    ]
    assert errors[0] < 0.1
    assert math.log(errors[0] / errors[1], 4) > order - 0.1


@pytest.mark.parametrize(
    ("sampler", "allowed"),
    [
        (SamplerName.DDIM, 0.03),
        (SamplerName.K_EULER, 0.03),
        (SamplerName.PNDM, 0.004),
        (SamplerName.DPM_SOLVER_MULTISTEP, 0.02),
        (SamplerName.KLMS, 0.002),
    ],
)
def test_error_at_the_end_stays_small_also_across_the_cliff(sampler, allowed):
    schedule = NoiseSchedule()
    counts = (80, 111, 112, 150, 151, 225, 226, 251, 300, 333, 334, 400, 450, 451, 500)
    plans = [compile_plan(sampler, steps, schedule) for steps in counts]

    found = sample_all(plans, SEED, SHAPE, GaussianDenoiser(schedule, MEAN, deviation=0.5))

    for plan, latent in zip(plans, found, strict=True):
        assert (latent - exact_end(plan, deviation=0.5)).abs().max() < allowed, plan.steps


def test_ancestral_noise_leaves_the_right_distribution():
    # the network is linear here, so the latent stays normal: follow its mean and variance
    deviation = 0.5
    deviations = []
    for steps in (20, 80, 320):
        plan = compile_plan(SamplerName.K_EULER_ANCESTRAL, steps, NoiseSchedule())
        variance = plan.start_scale**2
        for tick in plan.ticks:
            sigma2 = 1 / tick.input_scale**2 - 1
            # epsilon = sigma * (x - mean) / (deviation**2 + sigma**2)
            slope = tick.c_x + tick.c_h[0] * math.sqrt(sigma2) / (deviation**2 + sigma2)
            variance = slope**2 * variance + tick.c_noise**2
        deviations.append(math.sqrt(variance))

    errors = [abs(found - deviation) for found in deviations]

    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02


@pytest.mark.parametrize("sampler", SamplerName)
def test_a_network_that_says_the_same_as_v_gives_the_same_latents(sampler):
    # in particular PNDM, whose history would otherwise mix v of different levels
    network = TanhNetwork(cells=16)

    def as_v(x, timestep):
        a = alpha_bar(NoiseSchedule(), timestep)
        epsilon = network(x, timestep).double()
        return ((epsilon - (1 - a).sqrt() * x) / a.sqrt()).float()

    epsilon_plan = compile_plan(sampler, 20, NoiseSchedule())
    v_plan = compile_plan(sampler, 20, NoiseSchedule(prediction=Prediction.V))

    from_epsilon = sample_all([epsilon_plan], SEED, SHAPE, network)
    from_v = sample_all([v_plan], SEED, SHAPE, as_v)

    scale = from_epsilon.abs().max()
    assert (from_epsilon - from_v).abs().max() < 2e-5 * scale


def three_quarters(plan):
    return replace(plan, ticks=plan.ticks[: len(plan.ticks) * 3 // 4])


def exact_three_quarters(plan):
    schedule = NoiseSchedule()
    whole = compile_plan(plan.sampler, plan.steps, schedule)
    here = whole.ticks[len(plan.ticks)]
    end = float(alpha_bar(schedule, torch.tensor([here.timestep])))
    return exact(plan, 0.5, end) / here.input_scale
