"""The endpoints' history: kept as it happens, looked up, followed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime

from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.storage.events import EventTable

_MOST_AT_ONCE = 1000
_LOG = logging.getLogger(__name__)


class Events:
    """Keeps events in the order in which they are told; all methods belong to one loop.

    Args:
        table: where events are kept.
    """

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._told: asyncio.Queue[tuple[str, str, str, str, datetime]] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._closed = False

    def note(self, endpoint: str, replica: str, kind: str, text: str, at: datetime) -> None:
        """Have an event kept; returns at once.

        Args:
            endpoint: the endpoint's name.
            replica: the replica's name, or "" for the endpoint as a whole.
            kind: a stable word.
            text: a sentence for people.
            at: when it happened.
        """
        self._told.put_nowait((endpoint, replica, kind, text, at))
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def newest(self, endpoint: str, limit: int = 100) -> list[EndpointEvent]:
        """Return an endpoint's newest events, oldest first."""
        return (await asyncio.to_thread(self._table.newest, endpoint, limit))[::-1]

    async def follow(self, endpoint: str, limit: int = 100) -> AsyncIterator[EndpointEvent]:
        """Yield an endpoint's newest events, then each new one until `drain`."""
        seen = 0
        while True:
            news = self._news
            found = await asyncio.to_thread(
                self._table.newest, endpoint, limit, after=seen if seen else None
            )
            for event in reversed(found):
                yield event
                seen = event.sequence
            if self._closed:
                return
            limit = _MOST_AT_ONCE
            await news.wait()

    def drain(self) -> None:
        """Let the followers go."""
        self._closed = True
        self._wake()

    async def close(self) -> None:
        """Return once everything that was told is kept."""
        self.drain()
        if self._writer is not None:
            await self._told.join()
            self._writer.cancel()
            await asyncio.wait({self._writer})
            self._writer = None

    async def _write(self) -> None:
        while True:
            told = await self._told.get()
            try:
                await asyncio.to_thread(self._table.add, *told)
            except Exception:
                _LOG.exception("An event of %s could not be kept.", told[0])
            finally:
                self._told.task_done()
            self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
