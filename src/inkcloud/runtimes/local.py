"""Replicas as supervised child processes on this machine."""

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, Unavailable
from inkcloud.runtimes.clean_environment import clean_environment
from inkcloud.runtimes.log_file import LogFile
from inkcloud.runtimes.replica_event import ReplicaEvent
from inkcloud.runtimes.replica_group import ReplicaGroup
from inkcloud.runtimes.replica_process import ReplicaCommand
from inkcloud.runtimes.replica_status import ReplicaStatus
from inkcloud.runtimes.runtime_settings import RuntimeSettings
from inkcloud.runtimes.supervisor import Supervisor

_log = logging.getLogger(__name__)
_EVENTS_KEPT = 1000


class LocalRuntime:
    """Starts, supervises and stops replicas; fulfils control's `Replicas`.

    All methods belong to one event loop. A replica that ends is started again, after a
    pause that grows; one that hangs is killed and started again.

    Args:
        log_folder: where each replica's log goes, as REPLICA.log.
        python: the Python that runs the replicas.
        settings: how patient to be.
        on_event: told of each event of a replica, on the loop; all are logged anyway.
    """

    def __init__(
        self,
        log_folder: Path,
        *,
        python: str = sys.executable,
        settings: RuntimeSettings | None = None,
        on_event: Callable[[ReplicaEvent], None] | None = None,
    ) -> None:
        self._log_folder = log_folder
        self._python = python
        self._settings = settings or RuntimeSettings()
        self._on_event = on_event
        self._groups: dict[str, ReplicaGroup] = {}
        self.events: deque[ReplicaEvent] = deque(maxlen=_EVENTS_KEPT)

    async def start(self, endpoint: Endpoint) -> None:
        """Start an endpoint's replicas; `address` waits for them to be ready.

        Raises:
            Conflict: if the endpoint has been started.
        """
        if endpoint.name in self._groups:
            raise Conflict(f"The endpoint {endpoint.name} has been started already.")
        group = self._groups[endpoint.name] = ReplicaGroup(endpoint.name)
        for number in range(endpoint.min_replicas):
            group.add(self._supervisor(endpoint, f"{endpoint.name}-{number}", group))

    async def address(self, endpoint: str) -> str:
        """Wait until a replica is ready and return its base URL; replicas take turns.

        Raises:
            Unavailable: if none is ready in time, or they keep failing; says why.
        """
        group = self._groups.get(endpoint)
        if group is None:
            raise Unavailable(f"The endpoint {endpoint} has no replicas.")
        try:
            async with asyncio.timeout(self._settings.ready_within):
                return await group.address()
        except TimeoutError:
            raise group.unavailable() from None

    def state(self, endpoint: str) -> ReplicaState:
        """Say how the endpoint's replicas stand; `STOPPED` also when they keep failing."""
        group = self._groups.get(endpoint)
        return ReplicaState.STOPPED if group is None else group.state()

    def replicas(self, endpoint: str) -> tuple[ReplicaStatus, ...]:
        """Return how each replica of an endpoint stands, and why."""
        group = self._groups.get(endpoint)
        return () if group is None else group.statuses()

    async def stop(self) -> None:
        """Stop all replicas: SIGTERM, then SIGKILL for those that do not end in time."""
        groups, self._groups = self._groups, {}
        await asyncio.gather(*(group.stop() for group in groups.values()))

    def _supervisor(self, endpoint: Endpoint, name: str, group: ReplicaGroup) -> Supervisor:
        command = ReplicaCommand(
            python=self._python,
            service=endpoint.service,
            environment=clean_environment(os.environ, endpoint.environment, name),
            grace_seconds=self._settings.grace_seconds,
        )
        log = LogFile(self._log_folder / f"{name}.log", self._settings.log_bytes)
        return Supervisor(name, command, log, self._settings, self._tell, group.note_change)

    def _tell(self, event: ReplicaEvent) -> None:
        _log.info("%s", event)
        self.events.append(event)
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            # A listener's fault must not leave a replica without its supervisor.
            _log.exception("A listener failed on an event of %s.", event.replica)
