"""Something that happened to an endpoint or to one of its replicas."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class EndpointEvent:
    """One line of an endpoint's history.

    Attributes:
        sequence: grows from event to event.
        endpoint: the endpoint's name.
        replica: the replica's name, or "" if the endpoint as a whole is meant.
        kind: a stable word, for example "scaled_up".
        text: a sentence for people.
        at: when it happened, UTC.
    """

    sequence: int
    endpoint: str
    replica: str
    kind: str
    text: str
    at: datetime
