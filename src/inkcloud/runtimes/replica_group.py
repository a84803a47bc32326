"""The replicas of one endpoint, seen together."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.errors import Unavailable
from inkcloud.runtimes.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.supervisor import Supervisor

_LOOK_AGAIN_SECONDS = 0.1


class ReplicaGroup:
    """Gives requests to the ready replicas in turn.

    Args:
        endpoint: the endpoint's name.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._supervisors: list[Supervisor] = []
        self._changed = asyncio.Event()

    def add(self, supervisor: Supervisor) -> None:
        """Take a replica in and start it."""
        self._supervisors.append(supervisor)
        supervisor.start()

    def note_change(self) -> None:
        """Wake whoever waits for a replica to be ready."""
        self._changed.set()
        self._changed = asyncio.Event()

    def statuses(self) -> tuple[ReplicaStatus, ...]:
        """Return how each replica stands, by name."""
        return tuple(
            sorted((each.status for each in self._supervisors), key=lambda status: status.name)
        )

    def state(self) -> ReplicaState:
        """Return how they stand together."""
        phases = {supervisor.status.phase for supervisor in self._supervisors}
        if ReplicaPhase.READY in phases:
            return ReplicaState.RUNNING
        if phases <= {ReplicaPhase.FAILED, ReplicaPhase.STOPPED}:
            return ReplicaState.STOPPED
        return ReplicaState.STARTING

    async def address(self) -> str:
        """Wait until a replica is ready and return its address.

        Raises:
            Unavailable: if none will be soon.
        """
        while True:
            changed = self._changed
            ready = False
            for supervisor in list(self._supervisors):
                address = supervisor.status.address
                if supervisor.status.phase is not ReplicaPhase.READY or address is None:
                    continue
                ready = True
                if await _listens(address):
                    self._move_to_the_end(supervisor)
                    return address
            if self.state() is ReplicaState.STOPPED:
                raise self.unavailable()
            # A ready replica that does not listen has just died: its supervisor is about to
            # learn it.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS if ready else None):
                    await changed.wait()

    def unavailable(self) -> Unavailable:
        """Return an error that says why no replica is ready."""
        message = f"No replica of the endpoint {self._endpoint} is ready"
        reasons = [each.status.reason for each in self._supervisors if each.status.reason]
        return Unavailable(f"{message}. {reasons[0]}" if reasons else f"{message} yet.")

    async def stop(self) -> None:
        """Stop all replicas, at the same time."""
        await asyncio.gather(*(supervisor.stop() for supervisor in self._supervisors))

    def _move_to_the_end(self, supervisor: Supervisor) -> None:
        self._supervisors.remove(supervisor)
        self._supervisors.append(supervisor)


async def _listens(address: str) -> bool:
    """Say whether a process listens there: a dead one's socket refuses before we are told."""
    parts = urlsplit(address)
    try:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return False
    writer.close()
    return True
