"""The model's side of the engine. Knows tensors, and nothing of queues."""

from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.pixels import not_numbers
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.picture import Picture
from inkcloud.engine.image_cache import ImageCache
from inkcloud.engine.looks import Look, Looks
from inkcloud.engine.picture_file import write_png
from inkcloud.engine.prompt_cache import PromptCache
from inkcloud.engine.recorder import Recorder
from inkcloud.engine.request_plan import request_plan
from inkcloud.engine.sample import Sample
from inkcloud.engine.settings import EngineSettings
from inkcloud.engine.task import Task
from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.slerp import slerp
from inkcloud.sampling.state import SamplerState
from inkcloud.sampling.update import advance, model_input, timesteps


class Runner:
    """Runs batches of tasks on a checkpoint.

    Args:
        checkpoint: the model.
        rows_per_call: pad every UNet call to so many rows; None pads nothing.
        settings: how many encodings to keep.
        limits: how large an image may be, and how many frames there may be.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        rows_per_call: int | None,
        settings: EngineSettings,
        limits: Limits,
    ) -> None:
        self._checkpoint = checkpoint
        self._rows_per_call = rows_per_call
        self._prompts = PromptCache(checkpoint, settings.cached_prompts)
        self._images = ImageCache(checkpoint, limits, settings.cached_images)
        self._recorder = Recorder(checkpoint, rows_per_call)
        self._looks = Looks(checkpoint, limits.frames)
        self._samples: dict[Task, Sample] = {}

    def start(self, task: Task) -> None:
        """Encode the task's prompts, and its image if it has one, and draw its first latent.

        Raises:
            InvalidRequest: if the image cannot be decoded.
        """
        request = task.generation.request
        plan = request_plan(request, self._checkpoint.schedule)
        prompts = [request.prompt]
        if request.guided:
            prompts.insert(0, request.negative_prompt)
        noise = RequestNoise(task.seed)
        shape = (
            self._checkpoint.latent_channels,
            task.key.latent_height,
            task.key.latent_width,
        )
        image, sampled = None, False
        code = self._images.encode(request)
        if code is not None:
            sampled = code.draws_noise
            image = code.latent(noise.image(shape) if sampled else None)
        start = starting_noise(request, noise, shape, after_image=sampled)
        self._samples[task] = Sample(
            plan=plan,
            state=SamplerState.begin(plan, start, image),
            noise=noise,
            text=tuple(self._prompts.encode(prompt) for prompt in prompts),
            guidance_scale=request.guidance_scale,
        )

    @torch.inference_mode()
    def run(self, tasks: Sequence[Task]) -> dict[Task, Look]:
        """Advance each task by one UNet call, all in the same call.

        Returns:
            What there is to see of the tasks whose request asks for it now.
        """
        samples = [self._samples[task] for task in tasks]
        plans = [sample.plan for sample in samples]
        states = [sample.state for sample in samples]
        outputs = guide(self._predict(samples), samples)
        looks = self._looks.after(tasks, samples, outputs)
        noises = [_step_noise(sample) for sample in samples]
        for task, sample, state in zip(
            tasks, samples, advance(plans, states, outputs, noises), strict=True
        ):
            sample.state = state
            task.position = state.position
        return looks

    @torch.inference_mode()
    def finish(self, task: Task) -> Picture:
        """Decode a finished task's latent.

        Raises:
            CheckpointError: if the model has produced values that are no picture.
        """
        latent = self._samples.pop(task).state.latent
        if not bool(torch.isfinite(latent).all()):
            raise not_numbers()
        record = self._recorder.record(task.generation.request, task.seed)
        return Picture(write_png(self._checkpoint.decode(latent), record), record)

    def drop(self, task: Task) -> None:
        """Forget a task that will not be finished."""
        self._samples.pop(task, None)

    def _predict(self, samples: Sequence[Sample]) -> Tensor:
        plans = [sample.plan for sample in samples]
        states = [sample.state for sample in samples]
        counts = torch.tensor([len(sample.text) for sample in samples])
        latents = model_input(plans, states).repeat_interleave(counts, dim=0)
        times = timesteps(plans, states).repeat_interleave(counts)
        text = torch.stack(list(chain.from_iterable(sample.text for sample in samples)))
        rows = len(latents)
        missing = self._filled_up(rows, *latents.shape[2:]) - rows
        if missing > 0:
            latents = torch.cat([latents, latents.new_zeros(missing, *latents.shape[1:])])
            times = torch.cat([times, times.new_zeros(missing)])
            text = torch.cat([text, text.new_zeros(missing, *text.shape[1:])])
        return self._checkpoint.predict(latents, times, text)[:rows]

    def _filled_up(self, rows: int, height: int, width: int) -> int:
        if self._rows_per_call is None:
            return rows
        whole = CallShape(self._rows_per_call, height, width)
        return self._checkpoint.backends.rows_of_call(rows, whole)


def starting_noise(
    request: GenerationRequest,
    noise: RequestNoise,
    shape: tuple[int, int, int],
    *,
    after_image: bool,
) -> Tensor:
    """Return a picture's starting noise (C, H, W), turned towards the variation seed's.

    Args:
        request: says whether, to which seed and how far.
        noise: the picture's own, next to draw the starting noise.
        shape: of the latent.
        after_image: whether an image's latent was drawn before; the other seed's starting
            noise is then its second drawing too.
    """
    own = noise.initial(shape)
    if request.variation_seed is None or not request.varied:
        return own
    other = RequestNoise(request.variation_seed)
    if after_image:
        other.image(shape)
    return slerp(own, other.initial(shape), request.variation_strength)


def guide(outputs: Tensor, samples: Sequence[Sample]) -> Tensor:
    """Join each sample's rows into one output, (N, C, H, W).

    Classifier-free guidance (Ho and Salimans 2022), in the form of Stable Diffusion:
    unconditional + guidance_scale * (conditional - unconditional).
    """
    guided = []
    row = 0
    for sample in samples:
        if len(sample.text) == 1:
            guided.append(outputs[row])
        else:
            unconditional, conditional = outputs[row], outputs[row + 1]
            difference = conditional - unconditional
            guided.append(unconditional + sample.guidance_scale * difference)
        row += len(sample.text)
    return torch.stack(guided)


def _step_noise(sample: Sample) -> Tensor | None:
    tick = sample.plan.ticks[sample.state.position]
    if not tick.draws_noise:
        return None
    channels, height, width = sample.state.latent.shape
    return sample.noise.step((channels, height, width))
