"""Carries a process's output from its pipe into a log."""

import os
import threading
import time
from collections.abc import Callable

from inkcloud.domain.log_line import LogLine
from inkcloud.runtimes.line_cutter import LineCutter
from inkcloud.runtimes.log_file import LogFile

_PIECE = 65536
# Output at more than about 6 MB/s waits in the pipe: a process that prints without end
# slows itself down, not us.
_PAUSE_AFTER_A_FULL_PIECE = 0.01


class LogPump:
    """A thread that reads until every process that holds the pipe's other end has ended.

    Args:
        fd: the pipe's reading end, which the pump closes.
        log: where the lines go.
        tell: called, on the pump's thread, with the lines once they are in the log.
    """

    def __init__(self, fd: int, log: LogFile, tell: Callable[[list[LogLine]], None]) -> None:
        self._fd = fd
        self._log = log
        self._tell = tell
        self._ended = threading.Event()
        threading.Thread(target=self._run, name=f"log {log.path.name}", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait until all is in the log, but not for ever; say whether it is.

        A process that a replica has started and left behind may hold the pipe: its output
        goes on into the log.
        """
        return self._ended.wait(seconds)

    def _run(self) -> None:
        cutter = LineCutter()
        try:
            while data := os.read(self._fd, _PIECE):
                self._keep(cutter.feed(data))
                if len(data) == _PIECE:
                    time.sleep(_PAUSE_AFTER_A_FULL_PIECE)
            self._keep(cutter.flush())
        finally:
            os.close(self._fd)
            self._ended.set()

    def _keep(self, texts: list[str]) -> None:
        if texts:
            self._tell(self._log.write(texts))
