"""How one replica stands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class ReplicaPhase(StrEnum):
    """Where a replica stands in its supervised life.

    A DRAINING one finishes what it holds and takes nothing more, then stops.
    """

    STARTING = "starting"
    READY = "ready"
    UNRESPONSIVE = "unresponsive"
    RESTARTING = "restarting"
    FAILED = "failed"
    DRAINING = "draining"
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
        since: when it came into this phase, UTC.
        in_flight: how many requests it holds.
    """

    name: str
    phase: ReplicaPhase = ReplicaPhase.STOPPED
    address: str | None = None
    pid: int | None = None
    restarts: int = 0
    reason: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    in_flight: int = 0
