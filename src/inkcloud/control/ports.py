"""What control needs from a runtime; local processes and a cluster both give it."""

from enum import StrEnum
from typing import Protocol


class ReplicaState(StrEnum):
    """How an endpoint's replicas stand, seen together."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"


class Replicas(Protocol):
    """Where the replicas of an endpoint are."""

    async def address(self, endpoint: str) -> str:
        """Wait until a replica is ready and return its base URL, without a slash at the end.

        A caller that finds the replica gone or not ready asks again a moment later.

        Raises:
            Unavailable: if none is ready and none will be soon.
        """
        ...

    def state(self, endpoint: str) -> ReplicaState:
        """Say how the endpoint's replicas stand now; `STOPPED` for an unknown endpoint."""
        ...
