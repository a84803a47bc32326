"""Run requests through a real engine and wait for what they end with."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.domain.events import Event, Failed, Finished
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.engine.engine import Engine
from inkcloud.engine.generation import Generation
from inkcloud.engine.settings import EngineSettings

PATIENCE_SECONDS = 120.0


class Watched:
    """A generation beside every event that it has emitted."""

    def __init__(self, on_event: Callable[[Event], None] | None = None) -> None:
        self.generation: Generation | None = None
        self.events: list[Event] = []
        self._on_event = on_event
        self._ended = threading.Event()

    def receive(self, event: Event) -> None:
        self.events.append(event)
        if self._on_event is not None:
            self._on_event(event)
        if isinstance(event, Finished | Failed):
            self._ended.set()

    def wait(self) -> Event:
        """Return the last event; fails if none comes."""
        if not self._ended.wait(PATIENCE_SECONDS):
            raise AssertionError(f"no end after {PATIENCE_SECONDS} s: {self.events[-3:]}")
        return self.events[-1]

    def finished(self) -> Finished:
        event = self.wait()
        if not isinstance(event, Finished):
            raise AssertionError(f"it failed: {event}")  # noqa: TRY004
        return event

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


@contextmanager
def running_engine(
    checkpoint: Checkpoint, limits: Limits | None = None, settings: EngineSettings | None = None
) -> Iterator[Engine]:
    engine = Engine(checkpoint, limits, settings)
    engine.start()
    try:
        yield engine
    finally:
        engine.close()


def submit(
    engine: Engine, request: GenerationRequest, on_event: Callable[[Event], None] | None = None
) -> Watched:
    watched = Watched(on_event)
    watched.generation = engine.submit(request, watched.receive)
    return watched


def draw(engine: Engine, requests: Sequence[GenerationRequest]) -> list[list[bytes]]:
    """Submit all at once; return each request's PNG files."""
    watched = [submit(engine, request) for request in requests]
    return [[picture.png for picture in one.finished().pictures] for one in watched]
