"""A replica's log: the file that its output goes to."""

import logging
import os
import shutil
from pathlib import Path

_log = logging.getLogger(__name__)
_TAIL_BYTES = 16 * 1024


class LogFile:
    """One file that several processes of a replica append to, one after the other.

    Args:
        path: the file; its folder is made when it is opened.
        maximum_bytes: size from which `trim` puts the content aside.
    """

    def __init__(self, path: Path, maximum_bytes: int) -> None:
        self.path = path
        self._maximum_bytes = maximum_bytes
        self._mark = 0

    def open(self) -> int:
        """Open for appending and return the file descriptor, which the caller closes.

        What comes from now on is what `last_lines` sees.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner only: what a service prints may be private.
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._mark = os.fstat(fd).st_size
        return fd

    def trim(self) -> None:
        """Put the content aside, beside the file, if it has grown too large.

        The process that writes appends, so it goes on at the start of the emptied file. A
        full disk or a file that somebody removed is no reason to stop the replica.
        """
        try:
            if self.path.stat().st_size > self._maximum_bytes:
                shutil.copy(self.path, self.path.with_suffix(".1.log"))
                os.truncate(self.path, 0)
                self._mark = 0
        except OSError as error:
            _log.warning("The log %s cannot be trimmed: %s", self.path, error)

    def last_lines(self, count: int) -> list[str]:
        """Return the last lines that are not empty, of those written since `open`."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._mark, size - _TAIL_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()][-count:]
