"""How much an endpoint has to do."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Load:
    """Counts of an endpoint's requests.

    Attributes:
        in_flight: requests that replicas hold now.
        waiting: requests that wait for a place at a replica.
    """

    in_flight: int = 0
    waiting: int = 0
