"""A call that an endpoint works on while nobody waits for it."""

from dataclasses import dataclass
from typing import Any

COMPLETED = "completed"


@dataclass(frozen=True, kw_only=True)
class ServedJob:
    """A job of an endpoint.

    Attributes:
        id: names it in every other call.
        status: pending, running or completed.
        poll_url: where its state is told.
        response_url: where its answer is, once it is completed.
    """

    id: str
    status: str = "pending"
    poll_url: str = ""
    response_url: str = ""

    @property
    def completed(self) -> bool:
        """Whether its answer is there."""
        return self.status == COMPLETED

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "ServedJob":
        """Read the gateway's JSON."""
        return cls(
            id=str(data.get("response_id") or data["id"]),
            status=str(data.get("status", "pending")),
            poll_url=str(data.get("poll_url") or ""),
            response_url=str(data.get("response_url") or ""),
        )
