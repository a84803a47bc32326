"""An endpoint as the gateway tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ReplicaView:
    """One replica of an endpoint.

    Attributes:
        name: names it in logs.
        phase: starting, ready, stopping, ...
        restarts: how often it was started again.
        reason: why it is not ready, or "".
        since: when it came into this phase.
    """

    name: str
    phase: str
    restarts: int = 0
    reason: str = ""
    since: datetime | None = None

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "ReplicaView":
        """Read the gateway's JSON."""
        return cls(
            name=str(data["name"]),
            phase=str(data["phase"]),
            restarts=int(data.get("restarts") or 0),
            reason=str(data.get("reason") or ""),
            since=moment(data.get("since")),
        )


@dataclass(frozen=True, kw_only=True)
class EndpointStatus:
    """One endpoint: what it was told to be, and how it stands.

    Attributes:
        name: its name.
        url: its address.
        state: starting, running, idle (starts at the first request), paused or stopped.
        service: the class that its replicas run.
        code_folder: the folder of a person's own service, on the server; "" for ours.
        template: the template that it was made from, or "".
        display_name: a title for people.
        description: a sentence for people.
        public: whether requests need no token.
        min_replicas: so many run even without requests.
        max_replicas: so many run at most.
        timeout_seconds: a replica without requests for so long stops.
        concurrency_per_replica: requests that one replica works on at once.
        paused: whether it refuses requests.
        environment: its replicas' settings. They may be secrets, so they are not shown.
        health_check_path: where a replica says whether it is ready.
        created: when it was made.
        replicas: its replicas.
        in_flight: requests that are being worked on.
        waiting: requests that wait for a replica.
    """

    name: str
    url: str
    state: str
    public: bool
    service: str = ""
    code_folder: str = ""
    template: str = ""
    display_name: str = ""
    description: str = ""
    min_replicas: int = 0
    max_replicas: int = 0
    timeout_seconds: int = 0
    concurrency_per_replica: int = 0
    paused: bool = False
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    health_check_path: str = ""
    created: datetime | None = None
    replicas: tuple[ReplicaView, ...] = ()
    in_flight: int = 0
    waiting: int = 0

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "EndpointStatus":
        """Read the gateway's JSON; fields of a newer gateway are passed over.

        Raises:
            KeyError: if a field is missing.
            TypeError, ValueError: if a value is of the wrong kind.
        """
        read = {"replicas", "created"}
        known = {
            name: value
            for name, value in data.items()
            if name in cls.__dataclass_fields__ and name not in read and value is not None
        }
        return cls(
            **{"name": data["name"], "url": data["url"], "state": data["state"], **known},
            created=moment(data.get("created")),
            replicas=tuple(ReplicaView.from_mapping(view) for view in data.get("replicas") or ()),
        )


def moment(text: str | None) -> datetime | None:
    """Read a time of ISO 8601; None stays None."""
    return None if text is None else datetime.fromisoformat(text)
