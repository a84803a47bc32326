"""What happened to a replica: for operators, and for tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class ReplicaEventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    RESTARTED = "restarted"
    READY = "ready"
    KILLED = "killed"
    EXITED = "exited"


@dataclass(frozen=True, kw_only=True)
class ReplicaEvent:
    """One event of one replica.

    Attributes:
        kind: what happened.
        replica: the replica's name.
        pid: its process; None if none could be started.
        code: its exit code, once it has exited; negative is the signal that ended it.
        reason: why it was killed, or its last words.
        at: when, UTC.
    """

    kind: ReplicaEventKind
    replica: str
    pid: int | None = None
    code: int | None = None
    reason: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __str__(self) -> str:
        """One line for a log."""
        text = f"{self.replica} {self.kind}"
        if self.pid is not None:
            text += f" (process {self.pid})"
        if self.code is not None:
            text += f" with code {self.code}"
        return f"{text}: {self.reason}" if self.reason else text
