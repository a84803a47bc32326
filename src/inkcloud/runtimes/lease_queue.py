"""Requests that wait for a place at a replica, first come, first served."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Place = TypeVar("Place")


@dataclass(eq=False)
class _Waiter(Generic[Place]):
    turn: asyncio.Future[Place]
    tell_position: Callable[[int], None]
    in_front: bool
    patient: bool
    told: int | None = None


class LeaseQueue(Generic[Place]):
    """Hands places to those who wait for one, in order.

    Args:
        give_back: takes a place again that came to one who gave up in the same moment.
    """

    def __init__(self, give_back: Callable[[Place], None]) -> None:
        self._give_back = give_back
        self._waiters: deque[_Waiter[Place]] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiters)

    def join(
        self,
        tell_position: Callable[[int], None] | None = None,
        *,
        in_front: bool = False,
        patient: bool = False,
    ) -> asyncio.Future[Place]:
        """Line up and return the future of a place, for `wait`.

        Args:
            tell_position: called with the number of requests ahead whenever it changes.
            in_front: stand before all who did not ask for this.
            patient: stay when only the others are sent away.
        """
        turn: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(turn, tell_position or _tell_nobody, in_front, patient)
        before = sum(other.in_front for other in self._waiters) if in_front else len(self._waiters)
        self._waiters.insert(before, waiter)
        return turn

    async def wait(self, turn: asyncio.Future[Place], seconds: float) -> Place | None:
        """Return the place when it comes, or None if it does not within some seconds.

        Being cancelled leaves the queue.
        """
        try:
            await asyncio.wait({turn}, timeout=seconds)
        except asyncio.CancelledError:
            self.leave(turn)
            raise
        return turn.result() if turn.done() else None

    def leave(self, turn: asyncio.Future[Place]) -> None:
        """Give a place up, or the wait for it."""
        for waiter in self._waiters:
            if waiter.turn is turn:
                self._waiters.remove(waiter)
                break
        if not turn.done():
            turn.cancel()
        elif not turn.cancelled() and turn.exception() is None:
            self._give_back(turn.result())

    def grant(self, place: Place) -> None:
        """Give a place to the first in line.

        Raises:
            IndexError: if nobody waits.
        """
        self._waiters.popleft().turn.set_result(place)

    def fail(self, make_error: Callable[[], Exception], *, patient_too: bool = True) -> None:
        """Send everybody away, each with an error of its own; or all but the patient."""
        waiters, self._waiters = self._waiters, deque()
        for waiter in waiters:
            if patient_too or not waiter.patient:
                waiter.turn.set_exception(make_error())
            else:
                self._waiters.append(waiter)

    def tell_positions(self, in_flight: int) -> None:
        """Tell those who wait how many are ahead, where that has changed.

        Args:
            in_flight: how many hold a place.
        """
        for ahead, waiter in enumerate(self._waiters, start=in_flight):
            if ahead != waiter.told:
                waiter.told = ahead
                waiter.tell_position(ahead)


def _tell_nobody(_: int) -> None:
    pass
