"""A replica's log: a file of lines with times, of bounded size."""

import logging
import os
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from inkcloud.domain.log_line import LogLine
from inkcloud.runtimes.log_clock import LogClock

_LOG = logging.getLogger(__name__)
_WORDS_KEPT = 20


class LogFile:
    """What the processes of one replica write, one process after the other.

    Each line of the file is `TIME TEXT`, the time in ISO 8601. All methods may be called
    from any thread. A disk that is full or a file that cannot be written costs lines, never
    the replica.

    Args:
        path: the file; its folder is made when it is written.
        maximum_bytes: from this size on the file is put aside, in place of the one that was
            put aside before.
        clock: gives the lines' times.
    """

    def __init__(self, path: Path, maximum_bytes: int, clock: LogClock) -> None:
        self.path = path
        self._maximum_bytes = maximum_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._last_words: deque[str] = deque(maxlen=_WORDS_KEPT)
        self._failing = False

    def begin(self) -> None:
        """Say that a new process begins: `last_lines` are its own from now on."""
        with self._lock:
            self._last_words.clear()

    def last_lines(self, count: int) -> list[str]:
        """Return the last lines that are not empty, of those written since `begin`."""
        with self._lock:
            return list(self._last_words)[-count:]

    def write(self, texts: Iterable[str]) -> list[LogLine]:
        """Append lines and return them with their times."""
        with self._lock:
            lines = [
                LogLine(at=self._clock.now(), replica=self.path.stem, text=text) for text in texts
            ]
            self._last_words.extend(line.text for line in lines if line.text.strip())
            try:
                self._append("".join(map(_written, lines)).encode())
                self._failing = False
            except OSError as error:
                if not self._failing:  # once, not for every line
                    _LOG.warning("The log %s cannot be written: %s", self.path, error)
                self._failing = True
        return lines

    def _append(self, data: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner only: what a service prints may be private.
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(fd, data)
            size = os.fstat(fd).st_size
        finally:
            os.close(fd)
        if size > self._maximum_bytes:
            self.path.replace(aside(self.path))


def aside(path: Path) -> Path:
    """Return where the older part of a log lies."""
    return path.with_suffix(".1.log")


def _written(line: LogLine) -> str:
    time = line.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f"{time} {line.text}\n"
