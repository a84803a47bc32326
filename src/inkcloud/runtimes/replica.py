"""A replica as its group sees it: who looks after it, and what it holds."""

import asyncio
from dataclasses import replace

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.autoscaler import Standing
from inkcloud.runtimes.supervisor import Supervisor

# What a running process cannot take over: a change of these needs another process.
_BUILT_IN = ("service", "code_folder", "environment", "health_check_path")


class Replica:
    """Mutable; belongs to its group.

    Args:
        number: its number among the endpoint's replicas.
        supervisor: looks after its process.
        made_from: what the endpoint said when it was started.
        revision: which revision of its group's replicas it is.

    Attributes:
        in_flight: requests that it holds.
        draining: whether it takes no more requests and is to stop.
        served: a count that tells who was used last.
        may_stop: set once a draining replica is idle, or must wait no longer.
        shunned_until: it gets no requests before this moment: it did not listen.
    """

    def __init__(
        self, number: int, supervisor: Supervisor, made_from: Endpoint, revision: int = 0
    ) -> None:
        self.number = number
        self.supervisor = supervisor
        self._made_from = made_from
        self._revision = revision
        self.in_flight = 0
        self.draining = False
        self.served = 0
        self.may_stop = asyncio.Event()
        self.shunned_until = 0.0

    @property
    def name(self) -> str:
        """Its name."""
        return self.supervisor.status.name

    @property
    def phase(self) -> ReplicaPhase:
        """Where its process stands, draining or not."""
        return self.supervisor.status.phase

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return not self.draining and self.phase is ReplicaPhase.READY

    def status(self) -> ReplicaStatus:
        """Return how it stands, for people."""
        status = replace(self.supervisor.status, in_flight=self.in_flight)
        return replace(status, phase=ReplicaPhase.DRAINING) if self.draining else status

    def standing(self, endpoint: Endpoint, revision: int = 0) -> Standing:
        """Return how it stands, for the autoscaler.

        Args:
            endpoint: what the endpoint says now.
            revision: which revision of its replicas is wanted now.
        """
        same = all(getattr(self._made_from, f) == getattr(endpoint, f) for f in _BUILT_IN)
        fresh = same and self._revision == revision
        # One that answers late is not lost: it counts as it did before.
        ready = self.phase in {ReplicaPhase.READY, ReplicaPhase.UNRESPONSIVE}
        return Standing(number=self.number, fresh=fresh, ready=ready, in_flight=self.in_flight)

    def drain(self) -> None:
        """Take no more requests, and be allowed to stop once idle."""
        self.draining = True
        self.supervisor.let_go()
        self.note_if_idle()

    def note_if_idle(self) -> None:
        """Be allowed to stop if it is to stop and holds nothing."""
        if self.draining and self.in_flight == 0:
            self.may_stop.set()
