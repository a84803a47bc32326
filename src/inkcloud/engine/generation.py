"""One submitted request, as its submitter and the engine see it."""

import itertools
import logging
import threading
import time
from collections.abc import Callable

from inkcloud.domain.errors import Cancelled, DeadlineExceeded, InkcloudError
from inkcloud.domain.events import Event, Failed, Finished, Progress, Queued
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.picture import Picture
from inkcloud.engine.pace import Pace

_logger = logging.getLogger(__name__)
_numbers = itertools.count(1)


class Generation:
    """A handle on work in progress.

    `cancel` may be called from any thread; everything else that changes happens on the
    engine's thread.

    Attributes:
        id: a number, unique in this process.
        request: the request with its size filled in.
    """

    def __init__(
        self,
        request: GenerationRequest,
        on_event: Callable[[Event], None],
        wake: Callable[[], None],
    ) -> None:
        self.id = next(_numbers)
        self.request = request
        self.ended = False
        self.pictures: list[Picture | None] = [None] * request.num_images
        self.total = 0
        self.done = 0
        self._on_event = on_event
        self._wake = wake
        self._cancelled = threading.Event()
        self._submitted = time.monotonic()
        self._started: float | None = None
        self._position: int | None = None
        self._pace = Pace(request.num_images)

    def __repr__(self) -> str:
        return f"Generation({self.id}, {self.done} of {self.total})"

    def cancel(self) -> None:
        """Ask the engine to stop; it does so before its next step."""
        self._cancelled.set()
        self._wake()

    @property
    def stop_reason(self) -> InkcloudError | None:
        """Why the engine must not go on with it: cancelled, out of time, or None."""
        if self._cancelled.is_set():
            return Cancelled("The generation was cancelled.")
        deadline = self.request.deadline_seconds
        if deadline is not None and time.monotonic() - self._submitted > deadline:
            return DeadlineExceeded(
                f"The generation was not done within its deadline; "
                f"{self.done} of {self.total or 'its'} model calls were made.",
                field="deadline_seconds",
                value=deadline,
                allowed="a longer time, fewer steps, or a smaller picture",
            )
        return None

    def start(self, total: int) -> None:
        """Note the admission."""
        self.total = total
        self._started = time.monotonic()

    def emit(self, event: Event) -> None:
        """Deliver an event; a receiver's failure stays its own."""
        if self.ended:
            return
        self.ended = isinstance(event, Finished | Failed)
        try:
            self._on_event(event)
        except Exception:
            _logger.exception("A receiver of generation %s failed on %r.", self.id, type(event))

    def wait_at(self, position: int) -> None:
        """Tell the submitter its place in the queue if that has changed."""
        if position != self._position:
            self._position = position
            self.emit(Queued(position))

    def advance(self) -> None:
        """Count one model call and say so."""
        self.done += 1
        self._pace.note(time.monotonic())
        seconds, left = self._pace.seconds, self.total - self.done
        if left == 0:
            seconds = 0.0
        self.emit(Progress(self.done, self.total, None if seconds is None else seconds * left))

    @property
    def seconds(self) -> float:
        """Time since admission."""
        return 0.0 if self._started is None else time.monotonic() - self._started
