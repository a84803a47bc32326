"""The way to one endpoint's replicas: so many jobs at once, the rest wait in order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class Lane:
    """Lets jobs through first come, first served.

    Args:
        width: how many may be in flight at once.
    """

    def __init__(self, width: int) -> None:
        self._free = width
        self._width = width
        self._waiting: dict[asyncio.Future[None], Callable[[int], None]] = {}

    @property
    def ahead(self) -> int:
        """How many would be ahead of one who came now; 0 if it could go at once."""
        return 0 if self._free else self._width + len(self._waiting)

    @asynccontextmanager
    async def slot(self, tell_position: Callable[[int], None]) -> AsyncIterator[None]:
        """Hold a place, waiting for one as long as it takes.

        Args:
            tell_position: called with the number of jobs ahead whenever it changes.
        """
        await self._enter(tell_position)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, tell_position: Callable[[int], None]) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        tell_position(self.ahead)
        self._waiting[turn] = tell_position
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._waiting:
                del self._waiting[turn]
                self._tell_positions()
            else:  # the place was handed over in the same moment: pass it on
                self._leave()
            raise

    def _leave(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        turn = next(iter(self._waiting))
        del self._waiting[turn]
        turn.set_result(None)
        self._tell_positions()

    def _tell_positions(self) -> None:
        for place, tell_position in enumerate(self._waiting.values()):
            tell_position(self._width + place)
