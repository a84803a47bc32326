"""diffusers' text-to-image pipeline as an oracle, on schedulers put right.

docs/decisions/0002 says where the stock ones are wrong.
"""

import numpy as np
import torch
from diffusers import PNDMScheduler

from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.sampler_name import SamplerName
from support.diffusers_oracle import equal_sampler, make_scheduler


class EpsilonFirstPNDM(PNDMScheduler):
    """PNDM that converts v to epsilon before its history, which the stock one forgets."""

    def step(self, model_output, timestep, sample, **options):
        alpha_bar = self.alphas_cumprod[timestep]
        model_output = alpha_bar.sqrt() * model_output + (1 - alpha_bar).sqrt() * sample
        return super().step(model_output, timestep, sample, **options)


def oracle_scheduler(sampler, schedule, steps):
    changes = {}
    sampler = equal_sampler(sampler, steps)
    leading = sampler in {SamplerName.DDIM, SamplerName.PNDM}
    if leading and (steps - 1) * (1000 // steps) + 1 < 900:
        # The cliff of docs/decisions/0002: trailing spacing, where 1000 divides evenly.
        changes = {"timestep_spacing": "trailing"}
    scheduler = make_scheduler(sampler, schedule, **changes)
    if sampler is SamplerName.PNDM and schedule.prediction is Prediction.V:
        return EpsilonFirstPNDM.from_config(scheduler.config)
    return scheduler


def stock_picture(pipeline, schedule, request):
    pipeline.scheduler = oracle_scheduler(request.scheduler, schedule, request.num_inference_steps)
    generator = torch.Generator("cpu").manual_seed(request.seed)
    image = pipeline(
        request.prompt,
        negative_prompt=request.negative_prompt,
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        width=request.width,
        height=request.height,
        generator=generator,
    ).images[0]
    return np.asarray(image).astype(int)
