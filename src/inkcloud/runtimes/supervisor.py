"""Keeps one replica alive: start, watch, wait, again."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.back_off import BackOff
from inkcloud.runtimes.health_check import Health, HealthCheck
from inkcloud.runtimes.log_file import LogFile
from inkcloud.runtimes.log_pump import LogPump
from inkcloud.runtimes.replica_event import ReplicaEvent, ReplicaEventKind
from inkcloud.runtimes.replica_logs import ReplicaLogs
from inkcloud.runtimes.replica_process import ReplicaCommand, ReplicaProcess
from inkcloud.runtimes.runtime_settings import RuntimeSettings

_REASON_LENGTH = 300
_ASK_AGAIN_SECONDS = 0.1


class Supervisor:
    """One replica, and the task that looks after it.

    Args:
        command: how to start it.
        logs: where its output goes.
        settings: how patient to be.
        on_event: told of each event.
        on_change: called whenever `status` has changed.
    """

    def __init__(
        self,
        command: ReplicaCommand,
        logs: ReplicaLogs,
        settings: RuntimeSettings,
        on_event: Callable[[ReplicaEvent], None],
        on_change: Callable[[], None],
    ) -> None:
        self.status = ReplicaStatus(name=command.replica)
        self._command = command
        self._logs = logs
        self._log: LogFile = logs.file(command.replica)
        self._settings = settings
        self._on_event = on_event
        self._on_change = on_change
        self._back_off = BackOff(settings.first_delay, settings.longest_delay)
        self._failed_setups = 0
        self._killed_because = ""
        self._last_life = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after the replica, in a task of the running loop."""
        self._become(ReplicaPhase.STARTING)
        self._task = asyncio.create_task(self._run(), name=f"supervise {self.status.name}")

    def let_go(self) -> None:
        """Start the replica no more once its present process has ended."""
        self._last_life = True

    async def stop(self) -> None:
        """Stop the replica, first by asking it to, and look after it no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._become(ReplicaPhase.STOPPED, address=None, pid=None)

    async def _run(self) -> None:
        kind = ReplicaEventKind.STARTED
        while True:
            await self._live_once(kind)
            if self._last_life:
                return
            await asyncio.sleep(self._back_off.next())
            kind = ReplicaEventKind.RESTARTED
            self._become(self.status.phase, restarts=self.status.restarts + 1)

    def _phase_between_lives(self) -> ReplicaPhase:
        failed = self._failed_setups >= self._settings.setup_attempts
        return ReplicaPhase.FAILED if failed else ReplicaPhase.RESTARTING

    async def _live_once(self, kind: ReplicaEventKind) -> None:
        """Start a process and look after it until it has ended."""
        self._log.begin()
        try:
            process = await ReplicaProcess.start(self._command, self._pump)
        except OSError as error:
            self._failed_setups += 1
            reason = f"It cannot be started: {error}"
            self._tell(ReplicaEventKind.EXITED, reason=reason)
            self._become(self._phase_between_lives(), reason=reason)
            return
        self._killed_because = ""
        async with process:
            self._become(self.status.phase, address=process.address, pid=process.pid)
            self._tell(kind)
            began = time.monotonic()
            watch = asyncio.create_task(self._watch(process))
            try:
                code = await process.wait()
            finally:
                watch.cancel()
                await asyncio.wait({watch})
            # Before its last output is read: nobody must be sent to it meanwhile.
            was_ready = self.status.phase in {ReplicaPhase.READY, ReplicaPhase.UNRESPONSIVE}
            self._become(ReplicaPhase.RESTARTING, address=None)
        self._record_end(code, time.monotonic() - began, was_ready=was_ready)

    def _record_end(self, code: int, seconds: float, *, was_ready: bool) -> None:
        self._failed_setups = 0 if was_ready else self._failed_setups + 1
        if was_ready and seconds >= self._settings.healthy_after:
            self._back_off.reset()
        reason = self._why_it_ended(code)
        self._tell(ReplicaEventKind.EXITED, code=code, reason=reason)
        self._become(self._phase_between_lives(), address=None, pid=None, reason=reason)

    def _why_it_ended(self, code: int) -> str:
        if self._killed_because:
            return self._killed_because
        if code < 0:
            return f"It was ended by signal {-code}."
        last_words = " ".join(self._log.last_lines(1))[:_REASON_LENGTH] if code else ""
        return last_words or f"It ended with code {code} and said nothing."

    async def _watch(self, process: ReplicaProcess) -> None:
        """Say when the process is ready; kill it when it hangs."""
        if await self._becomes_ready(process.health):
            self._become(ReplicaPhase.READY)
            self._tell(ReplicaEventKind.READY)
            reason = await self._until_unwell(process.health)
        else:
            reason = f"It was not ready within {self._settings.setup_within:g} seconds."
        self._tell(ReplicaEventKind.KILLED, reason=reason)
        self._killed_because = reason
        process.kill()

    async def _becomes_ready(self, check: HealthCheck) -> bool:
        deadline = time.monotonic() + self._settings.setup_within
        while time.monotonic() < deadline:
            health = await check.ask(self._settings.startup_check_timeout)
            if health is not None and health.ready:
                return True
            await asyncio.sleep(self._settings.startup_check_every)
        return False

    async def _until_unwell(self, check: HealthCheck) -> str:
        """Return why the replica must be killed, once it must."""
        refused = 0
        while refused < self._settings.failed_checks:
            await asyncio.sleep(self._settings.check_every)
            health = await self._ask_patiently(check)
            if health is None:
                return _HUNG.format(self._settings.hung_after + self._settings.last_look)
            self._become(ReplicaPhase.READY if health.ready else ReplicaPhase.UNRESPONSIVE)
            # One that was told to stop by others ends by itself.
            refused = 0 if health.ready or health.leaving else refused + 1
        return f"It failed {refused} health checks in a row."

    async def _ask_patiently(self, check: HealthCheck) -> Health | None:
        """Return its health, or None if it hangs."""
        asking = asyncio.ensure_future(self._ask_until_hung(check))
        try:
            _, slow = await asyncio.wait({asking}, timeout=self._settings.slow_after)
            if slow:
                self._become(ReplicaPhase.UNRESPONSIVE)
            return await asking
        finally:
            asking.cancel()

    async def _ask_until_hung(self, check: HealthCheck) -> Health | None:
        deadline = time.monotonic() + self._settings.hung_after
        while (left := deadline - time.monotonic()) > 0:
            health = await check.ask(left)
            if health is not None:
                return health
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        # Perhaps it was we who were kept from running, and its answer was not lost but late.
        return await check.ask(self._settings.last_look)

    def _pump(self, fd: int) -> LogPump:
        return self._logs.pump(fd, self._command.endpoint, self._log)

    def _become(self, phase: ReplicaPhase, **facts: Any) -> None:
        if phase is not self.status.phase:
            facts["since"] = datetime.now(UTC)
        status = replace(self.status, phase=phase, **facts)
        if status != self.status:
            self.status = status
            self._on_change()

    def _tell(self, kind: ReplicaEventKind, code: int | None = None, reason: str = "") -> None:
        self._on_event(
            ReplicaEvent(
                kind=kind,
                endpoint=self._command.endpoint,
                replica=self.status.name,
                pid=self.status.pid,
                code=code,
                reason=reason,
            )
        )


_HUNG = (
    "It did not answer its health check for {:g} seconds. (A service that computes inside "
    "`async def` keeps its replica from answering; one that computes inside a plain `def` "
    "does not.)"
)
