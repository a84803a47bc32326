"""Plans that begin in the middle, on an image under noise."""

import math

import pytest
import torch

from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.compile import compile_plan
from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.noise_levels import NoiseLevels
from inkcloud.sampling.state import SamplerState
from support.diffusers_oracle import make_scheduler
from support.sampling_driver import GaussianDenoiser, TanhNetwork, step

SHAPE = (4, 8, 8)
STEPS = 20
SKIPPED = (1, 2, 5, 10, 15, 18, 19)
MEAN = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))
DEVIATION = 0.5
IMAGE = MEAN + DEVIATION * torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))
ENDS_AT_ALPHA_BAR_0 = (SamplerName.PNDM, SamplerName.DDIM)
MULTISTEP = (SamplerName.PNDM, SamplerName.KLMS)
SAME_START = tuple(sampler for sampler in SamplerName if sampler not in MULTISTEP)


def sampled(plan, model, seed=3):
    noise = RequestNoise(seed)
    state = SamplerState.begin(plan, noise.initial(SHAPE), IMAGE)
    while state.position < len(plan.ticks):
        (state,) = step([plan], [state], [noise], model)
    return state.latent


def stock(sampler, schedule, skipped, model, seed=3):
    """Do as diffusers' image-to-image pipeline does."""
    scheduler = make_scheduler(sampler, schedule)
    scheduler.set_timesteps(STEPS)
    timesteps = scheduler.timesteps[skipped:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(skipped)
    generator = torch.Generator("cpu").manual_seed(seed)
    noise = torch.randn((1, *SHAPE), generator=generator)
    latent = scheduler.add_noise(IMAGE[None], noise, timesteps[:1])
    draws = {"generator": generator} if sampler is SamplerName.K_EULER_ANCESTRAL else {}
    for timestep in timesteps:
        output = model(scheduler.scale_model_input(latent, timestep), timestep.reshape(1).float())
        latent = scheduler.step(output, timestep, latent, return_dict=False, **draws)[0]
    return latent[0], float(timesteps[0])


def exact(sampler, timestep, seed=3):
    """Follow the probability flow of the Gaussian from a timestep to the plan's end."""
    levels = NoiseLevels(NoiseSchedule())
    start = levels.at(timestep)
    end = levels.at(0.0) if sampler in ENDS_AT_ALPHA_BAR_0 else None
    noise = RequestNoise(seed).initial(SHAPE).double()
    sigma, last = start.sigma, end.sigma if end else 0.0
    excess = IMAGE.double() + sigma * noise - MEAN
    # in sigma space, along the flow, (x - mean) / sqrt(sigma**2 + deviation**2) does not change
    spread = math.sqrt((last**2 + DEVIATION**2) / (sigma**2 + DEVIATION**2))
    return (end.signal if end else 1.0) * (MEAN + spread * excess)


def error(found, expected):
    return float((found - expected).pow(2).mean().sqrt())


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize("sampler", SAME_START)
def test_the_end_equals_diffusers_at_every_start(sampler, prediction):
    schedule = NoiseSchedule(prediction=prediction)
    model = TanhNetwork(cells=4 * 8 * 8)
    for skipped in range(STEPS):
        expected, _ = stock(sampler, schedule, skipped, model)
        found = sampled(compile_plan(sampler, STEPS, schedule, skipped), model)
        assert (found - expected).abs().max() < 2e-5 * expected.abs().max(), skipped


@pytest.mark.parametrize("prediction", Prediction)
@pytest.mark.parametrize(
    ("sampler", "allowed"),
    [
        (SamplerName.DDIM, 0.06),
        (SamplerName.K_EULER, 0.065),
        (SamplerName.DPM_SOLVER_MULTISTEP, 0.06),
        (SamplerName.PNDM, 0.015),
        (SamplerName.KLMS, 0.04),
    ],
)
def test_a_known_distribution_is_followed_from_every_start(sampler, allowed, prediction):
    schedule = NoiseSchedule(prediction=prediction)
    model = GaussianDenoiser(schedule, MEAN, DEVIATION)
    for skipped in SKIPPED:
        plan = compile_plan(sampler, STEPS, schedule, skipped)
        expected = exact(sampler, plan.ticks[0].timestep)
        assert error(sampled(plan, model), expected) < allowed, skipped


@pytest.mark.parametrize("sampler", MULTISTEP)
def test_diffusers_multistep_samplers_go_wrong_in_the_middle(sampler):
    """What docs/decisions/0005 rests on: once this fails, diffusers has mended it."""
    model = GaussianDenoiser(NoiseSchedule(), MEAN, DEVIATION)
    ratios = {}
    for skipped in (5, 10, 15, 18):
        plan = compile_plan(sampler, STEPS, NoiseSchedule(), skipped)
        ours = error(sampled(plan, model), exact(sampler, plan.ticks[0].timestep))
        latent, timestep = stock(sampler, NoiseSchedule(), skipped, model)
        ratios[skipped] = error(latent, exact(sampler, timestep)) / ours
        print(sampler.value, skipped, ours, error(latent, exact(sampler, timestep)))

    assert min(ratios.values()) > 1.5, ratios
