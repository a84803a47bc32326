"""diffusers' image-to-image pipeline as an oracle, and its two schedulers put right.

docs/decisions/0005 says what is wrong with the stock ones after skipped steps.
"""

from functools import cache
from typing import Any

import numpy as np
import torch
from diffusers import LMSDiscreteScheduler, PNDMScheduler, StableDiffusionImg2ImgPipeline
from PIL import Image

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.noise_schedule import NoiseSchedule, Prediction
from inkcloud.domain.sampler_name import SamplerName
from support.diffusers_oracle import equal_sampler, make_scheduler


class FreshLMS(LMSDiscreteScheduler):
    """LMS whose order grows with its history, also when it begins in the middle."""

    def step(self, model_output: Any, timestep: Any, sample: Any, **options: Any) -> Any:
        return super().step(
            model_output, timestep, sample, order=min(len(self.derivatives) + 1, 4), **options
        )


class FreshPNDM(PNDMScheduler):
    """PNDM that doubles the first step it makes, and converts v before its history."""

    prediction = Prediction.EPSILON

    def begin_at(self, index: int) -> None:
        visited = self.timesteps.unique().flip(0)[index:]
        self.timesteps = torch.cat([visited[:1], visited[1:2], visited[1:]])

    def step(self, model_output: Any, timestep: Any, sample: Any, **options: Any) -> Any:
        if self.prediction is Prediction.V:
            alpha_bar = self.alphas_cumprod[timestep]
            model_output = alpha_bar.sqrt() * model_output + (1 - alpha_bar).sqrt() * sample
        return super().step(model_output, timestep, sample, **options)


class Pipeline(StableDiffusionImg2ImgPipeline):
    """The stock pipeline, but for a PNDM that says itself where to begin."""

    def get_timesteps(self, steps: int, strength: float, device: Any) -> Any:
        if not isinstance(self.scheduler, FreshPNDM):
            return super().get_timesteps(steps, strength, device)
        made = min(int(steps * strength), steps)
        self.scheduler.begin_at(steps - made)
        return self.scheduler.timesteps, made


def img2img_scheduler(sampler: SamplerName, schedule: NoiseSchedule, steps: int) -> Any:
    """Return the stock scheduler, put right where the decisions say that it is wrong."""
    sampler = equal_sampler(sampler, steps)
    leading = sampler in {SamplerName.DDIM, SamplerName.PNDM}
    cliff = leading and (steps - 1) * (1000 // steps) + 1 < 900
    changes = {"timestep_spacing": "trailing"} if cliff else {}
    scheduler = make_scheduler(sampler, schedule, **changes)
    if sampler is SamplerName.KLMS:
        return FreshLMS.from_config(scheduler.config)
    if sampler is SamplerName.PNDM:
        fresh = FreshPNDM.from_config(scheduler.config)
        fresh.prediction = schedule.prediction
        return fresh
    return scheduler


def img2img_picture(
    folder: Any, schedule: NoiseSchedule, request: GenerationRequest, image: Image.Image, **changes
) -> np.ndarray:
    """Return the pipeline's picture (H, W, 3).

    Args:
        folder: the model's folder, or a pipeline that is made already.
        schedule: how it was trained.
        request: what to draw.
        image: the picture to start from, in the request's size.
        changes: `scheduler`, to use another one.
    """
    pipeline = folder if isinstance(folder, Pipeline) else _pipeline(folder)
    pipeline.scheduler = changes.get("scheduler") or img2img_scheduler(
        request.scheduler, schedule, request.num_inference_steps
    )
    drawn = pipeline(
        request.prompt,
        image=image,
        strength=request.strength,
        negative_prompt=request.negative_prompt,
        num_inference_steps=request.num_inference_steps,
        guidance_scale=request.guidance_scale,
        generator=torch.Generator("cpu").manual_seed(request.seed),
    )
    return np.asarray(drawn.images[0]).astype(int)


@cache
def _pipeline(folder: Any) -> Pipeline:
    pipeline = Pipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
