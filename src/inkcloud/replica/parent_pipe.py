"""Ends this process when its parent dies, however the parent dies.

The parent holds the writing end of the pipe that is this process's stdin, and never writes
to it. The kernel closes that end when the parent ends, even by SIGKILL, and this process
reads the end of the file.
"""

import os
import sys
import threading
from collections.abc import Callable

ORPHANED = 3


class ParentPipe:
    """Watches stdin in a thread of its own, from `watch` on.

    Args:
        grace_seconds: how long the process may take to end by itself.
    """

    def __init__(self, grace_seconds: float = 2.0) -> None:
        self._grace_seconds = grace_seconds
        self._on_orphaned: Callable[[], None] | None = None

    def on_orphaned(self, stop: Callable[[], None]) -> None:
        """Have the process asked to stop first; it is called on the watching thread."""
        self._on_orphaned = stop

    def watch(self) -> None:
        """Start to watch."""
        threading.Thread(target=self._wait, name="parent-pipe", daemon=True).start()

    def _wait(self) -> None:
        stdin = sys.stdin.fileno()
        while os.read(stdin, 4096):
            pass
        if self._on_orphaned is not None:
            self._on_orphaned()
            # An event that nobody sets: a sleep that a test need not patch.
            threading.Event().wait(self._grace_seconds)
        os._exit(ORPHANED)
