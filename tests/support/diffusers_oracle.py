"""diffusers' schedulers as oracles for the samplers."""

from collections.abc import Callable
from dataclasses import dataclass

import diffusers
import torch
from torch import Tensor

from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName

Model = Callable[[Tensor, Tensor], Tensor]

_LEADING = {"set_alpha_to_one": False, "steps_offset": 1}
_LINSPACE = {"timestep_spacing": "linspace"}
_KINDS = {
    SamplerName.PNDM: (diffusers.PNDMScheduler, _LEADING | {"skip_prk_steps": True}),
    SamplerName.KLMS: (diffusers.LMSDiscreteScheduler, _LINSPACE),
    SamplerName.DDIM: (diffusers.DDIMScheduler, _LEADING | {"clip_sample": False}),
    SamplerName.K_EULER: (diffusers.EulerDiscreteScheduler, _LINSPACE),
    SamplerName.K_EULER_ANCESTRAL: (diffusers.EulerAncestralDiscreteScheduler, _LINSPACE),
    SamplerName.DPM_SOLVER_MULTISTEP: (diffusers.DPMSolverMultistepScheduler, _LINSPACE),
}


@dataclass(frozen=True)
class Run:
    """What a scheduler did: its timesteps, start scale, and the latent after every tick."""

    timesteps: list[float]
    start_scale: float
    latents: list[Tensor]


def make_scheduler(sampler: SamplerName, schedule: NoiseSchedule, **changes):
    """Return the scheduler that the stock pipeline would use for a sampler.

    PNDM never predicts v here, because diffusers then mixes outputs of different levels: feed
    it epsilon (see `run_scheduler`).
    """
    kind, config = _KINDS[sampler]
    prediction = Prediction.EPSILON if sampler is SamplerName.PNDM else schedule.prediction
    return kind(
        num_train_timesteps=schedule.training_steps,
        beta_start=schedule.beta_start,
        beta_end=schedule.beta_end,
        beta_schedule=schedule.beta_schedule.value,
        prediction_type=prediction.value,
        **(config | changes),
    )


def equal_sampler(sampler: SamplerName, steps: int) -> SamplerName:
    """Return the sampler whose stock scheduler decides: below ten steps PNDM's is DDIM's."""
    few = sampler is SamplerName.PNDM and steps < 10
    return SamplerName.DDIM if few else sampler


def run_scheduler(
    sampler: SamplerName,
    schedule: NoiseSchedule,
    steps: int,
    model: Model,
    seed: int,
    shape: tuple[int, int, int],
    **changes,
) -> Run:
    """Sample one picture the way the stock pipeline does, without guidance."""
    scheduler = make_scheduler(sampler, schedule, **changes)
    scheduler.set_timesteps(steps)
    generator = torch.Generator("cpu").manual_seed(seed)
    start = torch.randn((1, *shape), generator=generator)
    latent = start * scheduler.init_noise_sigma
    draws = {"generator": generator} if sampler is SamplerName.K_EULER_ANCESTRAL else {}
    latents = []
    for timestep in scheduler.timesteps:
        network_input = scheduler.scale_model_input(latent, timestep)
        output = model(network_input, timestep.reshape(1).float())
        if sampler is SamplerName.PNDM and schedule.prediction is Prediction.V:
            alpha_bar = scheduler.alphas_cumprod[timestep]
            output = alpha_bar.sqrt() * output + (1 - alpha_bar).sqrt() * network_input
        latent = scheduler.step(output, timestep, latent, return_dict=False, **draws)[0]
        latents.append(latent[0])
    timesteps = [float(timestep) for timestep in scheduler.timesteps]
    return Run(timesteps, float(scheduler.init_noise_sigma), latents)
