"""What happened to an endpoint's replicas: for operators, and for tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class ReplicaEventKind(StrEnum):
    """What happened: the first seven to one replica, the others to the endpoint."""

    STARTED = "started"
    RESTARTED = "restarted"
    READY = "ready"
    KILLED = "killed"
    EXITED = "exited"
    DRAINING = "draining"
    STOPPED = "stopped"
    SCALED_UP = "scaled_up"
    SCALED_DOWN = "scaled_down"
    UPDATED = "updated"
    PAUSED = "paused"
    RESUMED = "resumed"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class ReplicaEvent:
    """One event of one endpoint.

    Attributes:
        kind: what happened.
        endpoint: the endpoint's name.
        replica: the replica's name; "" for what concerns the endpoint.
        pid: the replica's process; None if there is none.
        code: its exit code, once it has exited; negative is the signal that ended it.
        reason: why; for a replica that exited, its last words.
        at: when, UTC.
    """

    kind: ReplicaEventKind
    endpoint: str
    replica: str = ""
    pid: int | None = None
    code: int | None = None
    reason: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def text(self) -> str:
        """The event for people, without the name of whom it concerns."""
        text = str(self.kind).replace("_", " ")
        if self.pid is not None:
            text += f" (process {self.pid})"
        if self.code is not None:
            text += f" with code {self.code}"
        return f"{text}: {self.reason}" if self.reason else text

    def __str__(self) -> str:
        """One line for a log."""
        return f"{self.replica or self.endpoint} {self.text}"
