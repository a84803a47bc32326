"""What a generation cost: seconds, seconds a step, memory."""

import resource
import sys
import time

from inkcloud.domain.events import Event, Progress


class Stopwatch:
    """Watches a generation's events."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first: tuple[int, float] | None = None
        self._last: tuple[int, float] | None = None

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._started

    def watch(self, event: Event) -> None:
        """Note the time of a progress event."""
        if isinstance(event, Progress) and event.done:
            self._last = (event.done, time.monotonic())
            self._first = self._first or self._last

    def step_seconds(self, whole: float) -> float | None:
        """Return the mean seconds of a sampling step after the first.

        Args:
            whole: seconds of the whole generation, the answer when there was one step only.
        """
        if self._first is None or self._last is None:
            return None
        steps = self._last[0] - self._first[0]
        return (self._last[1] - self._first[1]) / steps if steps else whole / self._last[0]


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
