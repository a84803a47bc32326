"""Times for log lines: never the same twice, never backwards."""

import threading
from datetime import UTC, datetime, timedelta

_TICK = timedelta(microseconds=1)


class LogClock:
    """Shared by the threads that write one runtime's logs.

    So a reader who asks for what is later than the last line it has misses nothing and gets
    nothing twice, even if the machine's clock is set back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time, UTC, or a microsecond after the last one given if that is later."""
        with self._lock:
            self._last = max(datetime.now(UTC), self._last + _TICK)
            return self._last
