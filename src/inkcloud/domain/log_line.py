"""One line that a replica has written."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line of a replica's output.

    Attributes:
        at: when it was read from the replica, UTC; no two lines of a runtime have the same.
        replica: the replica's name.
        text: printable characters and tabs only, without secrets and without a line end.
    """

    at: datetime
    replica: str
    text: str
