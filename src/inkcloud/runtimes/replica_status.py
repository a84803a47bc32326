"""How one replica stands."""

from dataclasses import dataclass
from enum import StrEnum


class ReplicaPhase(StrEnum):
    """Where a replica stands in its supervised life."""

    STARTING = "starting"
    READY = "ready"
    UNRESPONSIVE = "unresponsive"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class ReplicaStatus:
    """One replica as its supervisor sees it.

    Attributes:
        name: the endpoint's name and a number.
        phase: where it stands; a FAILED one is still tried again, slowly.
        address: base URL of the present process; None when there is none.
        pid: the present process.
        restarts: how often it was started again.
        reason: why the latest process ended, by its own last words if it has any.
    """

    name: str
    phase: ReplicaPhase = ReplicaPhase.STOPPED
    address: str | None = None
    pid: int | None = None
    restarts: int = 0
    reason: str = ""
