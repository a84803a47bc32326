"""What control needs from a runtime; local processes and a cluster both give it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.load import Load
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.replica_status import ReplicaStatus


class ReplicaState(StrEnum):
    """How an endpoint's replicas stand, seen together.

    IDLE: there is none, and the next request starts one. PAUSED: there is none, and requests
    are refused, but accepted jobs wait. STOPPED: they keep failing, or the runtime does not
    know the endpoint.
    """

    STARTING = "starting"
    RUNNING = "running"
    IDLE = "idle"
    PAUSED = "paused"
    STOPPED = "stopped"


class Replicas(Protocol):
    """Keeps the replicas that endpoints ask for, and gives requests a place at them."""

    async def apply(self, endpoint: Endpoint) -> None:
        """Make an endpoint's replicas be what the endpoint says, from now on.

        The first call starts it; a later one updates it without dropping a request. Replicas
        whose service, code, settings or health check changed are replaced one by one. It
        returns at once: starting and draining go on behind it.
        """
        ...

    async def renew(self, name: str, reason: str) -> None:
        """Replace an endpoint's replicas one by one, without dropping a request.

        For what they loaded and what the endpoint does not say: a model's files. It returns
        at once; an unknown name is fine.

        Args:
            name: the endpoint's name.
            reason: why, for the event that tells of it.
        """
        ...

    async def remove(self, name: str) -> None:
        """Forget an endpoint: refuse its waiting requests, stop its replicas behind the call.

        An unknown name is fine.
        """
        ...

    def lease(
        self,
        name: str,
        tell_position: Callable[[int], None] | None = None,
        *,
        again: bool = False,
        through_pause: bool = False,
    ) -> AbstractAsyncContextManager[str]:
        """Hold a place at a replica: `async with replicas.lease(name) as base_url:`.

        Entering waits as long as the replicas are busy, first come, first served, and for the
        start of a replica if there is none. The place is held until the block is left, so
        leave it only when the answer has been read to its end. Being cancelled gives the
        place, or the wait for it, up.

        Args:
            name: the endpoint's name.
            tell_position: called with the number of requests ahead whenever it changes,
                while this one waits.
            again: go to the front of the queue: for a request whose replica was lost.
            through_pause: wait while the endpoint is paused, however long: for a job that has
                been accepted.

        Raises:
            NotFound: on entering, if there is no such endpoint, or it is removed meanwhile.
            Conflict: on entering, if the endpoint is paused, or becomes so meanwhile; never
                with `through_pause`.
            Unavailable: on entering, if its replicas keep failing, or none is ready in time.
        """
        ...

    async def address(self, name: str) -> str:
        """Wait until a replica is ready and return its base URL, without a slash at the end.

        Takes no place at the replica: for what costs it nothing, such as its facts.

        Raises:
            NotFound, Conflict, Unavailable: as `lease` does.
        """
        ...

    def state(self, name: str) -> ReplicaState:
        """Say how the endpoint's replicas stand now; `STOPPED` for an unknown endpoint."""
        ...

    def replicas(self, name: str) -> tuple[ReplicaStatus, ...]:
        """Return how each replica stands, by number; none for an unknown endpoint."""
        ...

    def load(self, name: str) -> Load:
        """Return how many requests are in flight and waiting; none for an unknown endpoint."""
        ...

    async def logs(
        self,
        name: str,
        replica: str | None = None,
        lines: int = 200,
        since: datetime | None = None,
    ) -> list[LogLine]:
        """Return the newest lines of an endpoint's replicas, oldest first.

        Args:
            name: the endpoint's name.
            replica: only this replica's lines.
            lines: at most so many.
            since: only lines later than this (with a time zone).
        """
        ...

    def follow_logs(
        self, name: str, replica: str | None = None, lines: int = 0
    ) -> AsyncIterator[LogLine]:
        """Yield the newest lines, then each new one; end when the endpoint is removed.

        Args:
            name: the endpoint's name.
            replica: only this replica's lines.
            lines: how many of the lines there already are come first.
        """
        ...
