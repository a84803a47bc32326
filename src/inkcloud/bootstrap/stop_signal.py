"""Ctrl-C and SIGTERM: once means stop, twice means at once."""

import asyncio
import os
import signal
from collections.abc import Callable

FORCED = 130


class StopSignal:
    """Waits for SIGINT or SIGTERM; a second one ends the process by force.

    Args:
        before_force: called before the process is ended by force.
    """

    def __init__(self, before_force: Callable[[], None]) -> None:
        self._before_force = before_force
        self._received = asyncio.Event()

    def install(self) -> None:
        """Take the signals over; must be called on the main thread's event loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._receive)

    async def wait(self) -> None:
        """Return once a signal has come."""
        await self._received.wait()

    def _receive(self) -> None:
        if self._received.is_set():
            self._before_force()
            os._exit(FORCED)
        self._received.set()
