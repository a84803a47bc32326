"""The built-in service: text to image on a checkpoint, through the engine."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import asdict
from typing import Any

from inkcloud.checkpoints.load_model import load_model
from inkcloud.checkpoints.locate import BUILTIN
from inkcloud.checkpoints.prompt_length import PromptRuler
from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.event_codec import encode_event
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.frame import Frame
from inkcloud.domain.generation_request import DEFAULT_STEPS, GenerationRequest, check_prompt
from inkcloud.domain.limits import Limits
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.engine import Engine
from inkcloud.sampling.visited_levels import training_levels, visited_levels
from inkcloud.services.engine_metrics import EngineMetrics
from inkcloud.services.service import Service
from inkcloud.services.takes import takes

TRAINING_LEVELS = 101
MOST_TEXTS = 100


class TextToImageService(Service):
    """Draws pictures; many requests at once share the engine's UNet calls.

    Its environment: `INKCLOUD_MODEL` is a model's name or path ("inkling"),
    `INKCLOUD_DTYPE` its arithmetic ("auto"), `INKCLOUD_BACKEND` what computes it ("auto"), and
    `INKCLOUD_PREDICTION` what its UNet predicts ("epsilon" or "v_prediction") where its files do
    not say it.
    """

    def setup(self) -> None:
        """Load the checkpoint and start the engine.

        Raises:
            CheckpointError: if the model cannot be used.
            InvalidRequest: if a variable has a value that is not allowed.
        """
        with uncollected(once=True):
            self._checkpoint = load_model(
                os.environ.get("INKCLOUD_MODEL", BUILTIN),
                os.environ.get("INKCLOUD_DTYPE", "auto"),
                Prediction.parse(os.environ.get("INKCLOUD_PREDICTION")),
                os.environ.get("INKCLOUD_BACKEND", "auto"),
            )
        self._ruler = PromptRuler(self._checkpoint.tokenizer)
        self._metrics = EngineMetrics()
        self._engine = Engine(self._checkpoint, on_call=self._metrics.note)
        self._engine.start()

    def facts(self) -> dict[str, Any]:
        """Return what a client should know before it asks."""
        return {
            "model": self._checkpoint.name,
            "model_hash": self._checkpoint.sha256,
            "dtype": str(self._checkpoint.dtype).removeprefix("torch."),
            "native_size": list(self._checkpoint.native_size),
            "factor": self._checkpoint.factor,
            "prediction": self._checkpoint.schedule.prediction.value,
            "prompt_tokens": self._ruler.most_tokens,
            "schedulers": [name.value for name in SamplerName],
            "limits": asdict(self._engine.limits),
        }

    @takes(GenerationRequest)
    async def infer(self, **inputs: Any) -> dict[str, Any]:
        """Return `{"images": [{"png", "record"}], "seconds"}` for a generation request.

        With `frames` the answer has those too, as `stream` yields them.

        Raises:
            InkcloudError: if the request is not allowed, or was not finished.
        """
        async with contextlib.aclosing(self._events(inputs)) as events:
            frames = []
            async for event in events:
                if isinstance(event, Failed):
                    raise event.error
                if isinstance(event, Frame):
                    frames.append(encode_event(event))
                if isinstance(event, Finished):
                    answer = encode_event(event)
                    images = {"images": answer["images"], "seconds": answer["seconds"]}
                    return {**images, "frames": frames} if inputs.get("frames") else images
        raise InkcloudError("The engine ended the request without an answer.")

    def noise_levels(self, num_inference_steps: int = DEFAULT_STEPS) -> dict[str, Any]:
        """Return the noise levels of training, and at which ones each scheduler asks the network.

        Args:
            num_inference_steps: for how many steps.

        Raises:
            InvalidRequest: if the steps are not allowed.
        """
        low, high = self._engine.limits.steps
        if not low <= num_inference_steps <= high:
            raise InvalidRequest(
                "The value of num_inference_steps is not allowed.",
                field="num_inference_steps",
                value=num_inference_steps,
                allowed=f"a whole number from {low} to {high}",
            )
        schedule = self._checkpoint.schedule
        visited = {
            name.value: visited_levels(name, num_inference_steps, schedule) for name in SamplerName
        }
        return {
            "training": [asdict(each) for each in training_levels(schedule, TRAINING_LEVELS)],
            "schedulers": {name: [asdict(e) for e in each] for name, each in visited.items()},
        }

    def prompt_lengths(self, texts: list[str]) -> dict[str, Any]:
        """Return how many tokens each text is, and which part of it the model does not read.

        Args:
            texts: prompts and negative prompts, at most 100.

        Raises:
            InvalidRequest: if there are more, or one is longer than a prompt may be.
        """
        _check_texts(texts, self._engine.limits)
        return {
            "most_tokens": self._ruler.most_tokens,
            "texts": [asdict(self._ruler.measure(text)) for text in texts],
        }

    @takes(GenerationRequest)
    async def stream(self, **inputs: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield the engine's events as plain values; closing it cancels the work.

        Raises:
            InkcloudError: if the request is not allowed.
        """
        async with contextlib.aclosing(self._events(inputs)) as events:
            async for event in events:
                yield encode_event(event)

    def metrics(self) -> str:
        """Return the engine's figures in Prometheus' text form."""
        return self._metrics.render()

    def shutdown(self) -> None:
        """Stop the engine."""
        self._engine.close()

    async def _events(self, inputs: dict[str, Any]) -> AsyncGenerator[Event, None]:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Event] = asyncio.Queue()

        def deliver(event: Event) -> None:
            with contextlib.suppress(RuntimeError):  # the loop may have ended before the engine
                loop.call_soon_threadsafe(arrived.put_nowait, event)

        request = GenerationRequest.from_mapping(inputs)
        generation = self._engine.submit(request, deliver)
        try:
            while True:
                event = await arrived.get()
                yield event
                if isinstance(event, Finished | Failed):
                    return
        finally:
            generation.cancel()


def _check_texts(texts: list[str], limits: Limits) -> None:
    if len(texts) > MOST_TEXTS:
        raise InvalidRequest(
            "These are too many texts at once.",
            field="texts",
            value=len(texts),
            allowed=f"at most {MOST_TEXTS}",
        )
    for text in texts:
        check_prompt("texts", text, limits, may_be_empty=True)
