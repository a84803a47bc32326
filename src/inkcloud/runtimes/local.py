"""Replicas as supervised child processes on this machine."""

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import NotFound, Unavailable
from inkcloud.domain.load import Load
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.replica_status import ReplicaStatus
from inkcloud.runtimes.clean_environment import clean_environment
from inkcloud.runtimes.replica import Replica
from inkcloud.runtimes.replica_event import ReplicaEvent, ReplicaEventKind
from inkcloud.runtimes.replica_group import ReplicaGroup
from inkcloud.runtimes.replica_logs import ReplicaLogs
from inkcloud.runtimes.replica_process import ReplicaCommand
from inkcloud.runtimes.runtime_settings import RuntimeSettings
from inkcloud.runtimes.supervisor import Supervisor

_log = logging.getLogger(__name__)
_EVENTS_KEPT = 1000


class LocalRuntime:
    """Starts, supervises, scales and stops replicas; fulfils control's `Replicas`.

    All methods belong to one event loop. A replica that ends is started again, after a
    pause that grows; one that hangs is killed and started again.

    Args:
        log_folder: where each replica's log goes, as REPLICA.log.
        models: the folder of the store of models, which replicas are told.
        prepared: the folder of prepared models, which replicas are told.
        python: the Python that runs the replicas.
        settings: how patient to be.
        on_event: told of each event, on the loop; all are logged anyway.
    """

    def __init__(
        self,
        log_folder: Path,
        *,
        models: Path | None = None,
        prepared: Path | None = None,
        python: str = sys.executable,
        settings: RuntimeSettings | None = None,
        on_event: Callable[[ReplicaEvent], None] | None = None,
    ) -> None:
        self._python = python
        self._models = models
        self._prepared = prepared
        self._settings = settings or RuntimeSettings()
        self._on_event = on_event
        self._logs = ReplicaLogs(log_folder, self._settings.log_bytes)
        self._groups: dict[str, ReplicaGroup] = {}
        self._removed: dict[asyncio.Task[None], ReplicaGroup] = {}
        self._stopped = False
        self.events: deque[ReplicaEvent] = deque(maxlen=_EVENTS_KEPT)

    async def apply(self, endpoint: Endpoint) -> None:
        """Make an endpoint's replicas be what the endpoint says; returns at once.

        Raises:
            Unavailable: if the runtime has been stopped.
        """
        if self._stopped:
            raise _stopping()
        group = self._groups.get(endpoint.name)
        if group is not None:
            group.update(endpoint)
            return
        # Of an endpoint of the same name that was removed, some replicas may still drain.
        numbers = [n for old in self._removed_groups(endpoint.name) for n in old.numbers]
        self._groups[endpoint.name] = ReplicaGroup(
            endpoint,
            self._replica,
            self._settings,
            lambda kind, replica, reason: self._tell(
                ReplicaEvent(kind=kind, endpoint=endpoint.name, replica=replica, reason=reason)
            ),
            first_number=max(numbers, default=-1) + 1,
        )

    async def renew(self, name: str, reason: str) -> None:
        """Replace an endpoint's replicas one by one; see `control.ports.Replicas.renew`."""
        group = self._groups.get(name)
        if group is not None:
            group.renew(reason)

    async def remove(self, name: str) -> None:
        """Forget an endpoint; its replicas drain and stop, and its logs go, behind the call."""
        group = self._groups.pop(name, None)
        if group is None:
            return
        group.close(lambda: _no_endpoint(name))
        self._logs.end(name)
        self._tell(ReplicaEvent(kind=ReplicaEventKind.REMOVED, endpoint=name))
        task = asyncio.get_running_loop().create_task(self._bury(group))
        self._removed[task] = group
        task.add_done_callback(self._removed.pop)

    @asynccontextmanager
    async def lease(
        self,
        name: str,
        tell_position: Callable[[int], None] | None = None,
        *,
        again: bool = False,
        through_pause: bool = False,
    ) -> AsyncIterator[str]:
        """Hold a place at a replica; see `control.ports.Replicas.lease`."""
        group = self._group(name)
        async with group.lease(tell_position, again=again, through_pause=through_pause) as address:
            yield address

    async def address(self, name: str) -> str:
        """Wait until a replica is ready and return its base URL; replicas take turns.

        Raises:
            NotFound, Conflict, Unavailable: see `control.ports.Replicas.lease`.
        """
        return await self._group(name).address()

    def state(self, name: str) -> ReplicaState:
        """Say how the endpoint's replicas stand; `STOPPED` also when they keep failing."""
        group = self._groups.get(name)
        return ReplicaState.STOPPED if group is None else group.state()

    def replicas(self, name: str) -> tuple[ReplicaStatus, ...]:
        """Return how each replica of an endpoint stands, and why."""
        group = self._groups.get(name)
        return () if group is None else group.statuses()

    def load(self, name: str) -> Load:
        """Return how many requests of an endpoint are in flight and waiting."""
        group = self._groups.get(name)
        return Load() if group is None else group.load()

    async def logs(
        self,
        name: str,
        replica: str | None = None,
        lines: int = 200,
        since: datetime | None = None,
    ) -> list[LogLine]:
        """Return the newest lines of an endpoint's replicas, oldest first."""
        return await self._logs.read(name, replica, lines, since)

    async def follow_logs(
        self, name: str, replica: str | None = None, lines: int = 0
    ) -> AsyncIterator[LogLine]:
        """Yield the newest lines, then each new one; end when the endpoint is removed."""
        if name in self._groups:
            async for line in self._logs.follow(name, replica, lines):
                yield line

    async def stop(self) -> None:
        """Stop all replicas: SIGTERM, then SIGKILL for those that do not end in time."""
        self._stopped = True
        groups, self._groups = self._groups, {}
        for name in groups:
            self._logs.end(name)
        every = (*groups.values(), *self._removed.values())
        await asyncio.gather(*(group.stop(_stopping) for group in every))
        await asyncio.gather(*self._removed)

    def _group(self, name: str) -> ReplicaGroup:
        if self._stopped:
            raise _stopping()
        group = self._groups.get(name)
        if group is None:
            raise _no_endpoint(name)
        return group

    def _removed_groups(self, name: str) -> list[ReplicaGroup]:
        return [group for group in self._removed.values() if group.endpoint.name == name]

    async def _bury(self, group: ReplicaGroup) -> None:
        await group.gone()
        name = group.endpoint.name
        if name not in self._groups and len(self._removed_groups(name)) == 1:
            await asyncio.to_thread(self._logs.remove, name)

    def _replica(self, group: ReplicaGroup, number: int) -> Replica:
        endpoint = group.endpoint
        name = f"{endpoint.name}-{number}"
        command = ReplicaCommand(
            endpoint=endpoint.name,
            replica=name,
            python=self._python,
            service=endpoint.service,
            environment=clean_environment(
                os.environ,
                endpoint.environment,
                name,
                endpoint.code_folder,
                self._models,
                self._prepared,
            ),
            code_folder=endpoint.code_folder,
            health_check_path=endpoint.health_check_path,
            grace_seconds=self._settings.grace_seconds,
            shutdown_seconds=self._settings.shutdown_seconds,
        )
        supervisor = Supervisor(command, self._logs, self._settings, self._tell, group.note_change)
        return Replica(number, supervisor, endpoint, group.revision)

    def _tell(self, event: ReplicaEvent) -> None:
        _log.info("%s", event)
        self.events.append(event)
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            # A listener's fault must not leave a replica without its supervisor.
            _log.exception("A listener failed on an event of %s.", event.endpoint)


def _no_endpoint(name: str) -> NotFound:
    return NotFound(f"There is no endpoint {name}." if name.isprintable() else "No such endpoint.")


def _stopping() -> Unavailable:
    return Unavailable("Inkcloud is stopping. Try again in a moment.")
