"""Removes what is over, as long as the gateway runs."""

import asyncio
import logging

from inkcloud.storage.sweeper import Sweeper

EVERY_SECONDS = 600.0
_LOG = logging.getLogger(__name__)


class Housekeeping:
    """Calls the sweeper now and then; a failure is logged, and the next turn tries again.

    Args:
        sweeper: removes what is over.
        every_seconds: pause between two calls.
    """

    def __init__(self, sweeper: Sweeper, every_seconds: float = EVERY_SECONDS) -> None:
        self._sweeper = sweeper
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with a first call."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the call that is at work."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._sweeper.sweep)
            except Exception:
                _LOG.exception("What is over could not be removed.")
            await asyncio.sleep(self._every_seconds)
