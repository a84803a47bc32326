"""A fixed sample that every backend of a model has to compute."""

import queue
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.pixels import Pixels
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.engine import Engine
from inkcloud.engine.picture_file import read_png
from inkcloud.engine.settings import EngineSettings

PROMPT = "A photo of an octopus playing chess"
STEPS = 3
TIMESTEPS = (900.0, 300.0)
SEED = 1


@dataclass(frozen=True, eq=False)
class Trial:
    """Inputs of single calls, and a request for a picture.

    Attributes:
        shape: of the calls.
        latents: (R, C, h, w) float32.
        text: (R, L, D) float32.
        request: whose calls have that shape.
    """

    shape: CallShape
    latents: Tensor
    text: Tensor
    request: GenerationRequest

    @staticmethod
    def of(checkpoint: Checkpoint, shape: CallShape, guided: bool) -> "Trial":
        """Return the sample for a shape; its text is encoded by the checkpoint."""
        generator = torch.Generator().manual_seed(SEED)
        size = (shape.rows, checkpoint.latent_channels, shape.height, shape.width)
        words = ("", PROMPT)
        return Trial(
            shape=shape,
            latents=torch.randn(size, generator=generator),
            text=torch.stack(
                [checkpoint.encode(words[(row + 1) % 2]).float() for row in range(shape.rows)]
            ),
            request=GenerationRequest(
                prompt=PROMPT,
                num_inference_steps=STEPS,
                scheduler=SamplerName.DDIM,
                guidance_scale=7.5 if guided else 1.0,
                seed=SEED,
                width=shape.width * checkpoint.factor,
                height=shape.height * checkpoint.factor,
            ),
        )

    def call(self, checkpoint: Checkpoint, timestep: float = TIMESTEPS[0]) -> Tensor:
        """Return the UNet's output for the sample's rows at a timestep."""
        timesteps = torch.full((self.shape.rows,), timestep)
        return checkpoint.predict(self.latents, timesteps, self.text)

    def calls(self, checkpoint: Checkpoint, watch: Callable[[], None]) -> Tensor:
        """Return the outputs at all timesteps, (T, R, C, h, w); tells of each."""
        outputs = []
        for timestep in TIMESTEPS:
            outputs.append(self.call(checkpoint, timestep))
            watch()
        return torch.stack(outputs)

    def picture(
        self, checkpoint: Checkpoint, settings: EngineSettings, watch: Callable[[], None]
    ) -> Pixels:
        """Return the picture, (H, W, 3) uint8; tells of each step.

        Raises:
            InkcloudError: if there is none.
        """
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        engine = Engine(checkpoint, settings=settings, on_call=lambda rows, seconds: watch())
        engine.start()
        try:
            engine.submit(self.request, events.put)
            while True:
                event = events.get()
                if isinstance(event, Failed):
                    raise event.error
                if isinstance(event, Finished):
                    return read_png(event.pictures[0].png)[0]
        finally:
            engine.close()
