"""The engine in this process: what commands without a server draw with."""

import queue
from collections.abc import Callable
from types import TracebackType

from inkcloud.checkpoints.load_model import load_model
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.engine.engine import Engine


class LocalEngine:
    """A loaded checkpoint and a running engine; a context manager.

    Args:
        model: a model's name or path.
        dtype: auto, float32, bfloat16 or float16.
        prediction: epsilon or v_prediction, for a model that does not say it.
        backend: auto, torch or openvino.

    Raises:
        CheckpointError: if the model cannot be loaded.
        InvalidRequest: for an unknown dtype, prediction or backend.
    """

    def __init__(
        self, model: str, dtype: str, prediction: str | None = None, backend: str = "auto"
    ) -> None:
        # A picture is wanted at once: what only its end needs is read when it comes to that.
        self.checkpoint = load_model(
            model, dtype, Prediction.parse(prediction), backend, whole=False
        )
        self._engine = Engine(self.checkpoint)

    def __enter__(self) -> "LocalEngine":
        """Start the engine."""
        self._engine.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the engine."""
        self._engine.close()

    def render(self, request: GenerationRequest, watch: Callable[[Event], None]) -> Finished:
        """Return a request's pictures; an interrupt cancels the work before it is passed on.

        Args:
            request: what to draw.
            watch: gets each event, on the caller's thread.

        Raises:
            InkcloudError: whatever ended the generation without pictures.
        """
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        generation = self._engine.submit(request, events.put)
        try:
            while True:
                event = events.get()
                watch(event)
                if isinstance(event, Finished):
                    return event
                if isinstance(event, Failed):
                    raise event.error
        except KeyboardInterrupt:
            generation.cancel()
            raise
