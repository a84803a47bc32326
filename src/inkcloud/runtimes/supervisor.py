"""Keeps one replica alive: start, watch, wait, again."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inkcloud.runtimes.back_off import BackOff
from inkcloud.runtimes.log_file import LogFile
from inkcloud.runtimes.replica_event import ReplicaEvent, ReplicaEventKind
from inkcloud.runtimes.replica_process import ReplicaCommand, ReplicaProcess
from inkcloud.runtimes.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.runtime_settings import RuntimeSettings

_RUNNING = "RUNNING"
_SHUTTING_DOWN = "SHUTTING_DOWN"
_REASON_LENGTH = 300


class Supervisor:
    """One replica, and the task that looks after it.

    Args:
        name: the replica's name.
        command: how to start it.
        log: where its output goes.
        settings: how patient to be.
        on_event: told of each event.
        on_change: called whenever `status` has changed.
    """

    def __init__(
        self,
        name: str,
        command: ReplicaCommand,
        log: LogFile,
        settings: RuntimeSettings,
        on_event: Callable[[ReplicaEvent], None],
        on_change: Callable[[], None],
    ) -> None:
        self.status = ReplicaStatus(name=name)
        self._command = command
        self._log = log
        self._settings = settings
        self._on_event = on_event
        self._on_change = on_change
        self._back_off = BackOff(settings.first_delay, settings.longest_delay)
        self._failed_setups = 0
        self._killed_because = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after the replica, in a task of the running loop."""
        self._become(ReplicaPhase.STARTING)
        self._task = asyncio.create_task(self._run(), name=f"supervise {self.status.name}")

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
            await asyncio.sleep(self._back_off.next())
            kind = ReplicaEventKind.RESTARTED
            self._become(self.status.phase, restarts=self.status.restarts + 1)

    def _phase_between_lives(self) -> ReplicaPhase:
        failed = self._failed_setups >= self._settings.setup_attempts
        return ReplicaPhase.FAILED if failed else ReplicaPhase.RESTARTING

    async def _live_once(self, kind: ReplicaEventKind) -> None:
        """Start a process and look after it until it has ended."""
        try:
            process = await ReplicaProcess.start(self._command, self._log)
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
        self._record_end(code, time.monotonic() - began)

    def _record_end(self, code: int, seconds: float) -> None:
        was_ready = self.status.phase in {ReplicaPhase.READY, ReplicaPhase.UNRESPONSIVE}
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
        if await self._becomes_ready(process):
            self._become(ReplicaPhase.READY)
            self._tell(ReplicaEventKind.READY)
            failures = 0
            while failures < self._settings.failed_checks:
                await asyncio.sleep(self._settings.check_every)
                failures = 0 if await self._is_well(process) else failures + 1
                self._log.trim()
            reason = f"It failed {failures} health checks in a row."
        else:
            reason = f"It was not ready within {self._settings.setup_within:g} seconds."
        self._tell(ReplicaEventKind.KILLED, reason=reason)
        self._killed_because = reason
        process.kill()

    async def _becomes_ready(self, process: ReplicaProcess) -> bool:
        deadline = time.monotonic() + self._settings.setup_within
        while time.monotonic() < deadline:
            if await process.check(self._settings.check_timeout) == _RUNNING:
                return True
            await asyncio.sleep(self._settings.startup_check_every)
        return False

    async def _is_well(self, process: ReplicaProcess) -> bool:
        """Check once; a replica that was told to stop by others ends by itself."""
        status = await process.check(self._settings.check_timeout)
        ready = status == _RUNNING
        self._become(ReplicaPhase.READY if ready else ReplicaPhase.UNRESPONSIVE)
        return ready or status == _SHUTTING_DOWN

    def _become(self, phase: ReplicaPhase, **facts: Any) -> None:
        status = replace(self.status, phase=phase, **facts)
        if status != self.status:
            self.status = status
            self._on_change()

    def _tell(self, kind: ReplicaEventKind, code: int | None = None, reason: str = "") -> None:
        name, pid = self.status.name, self.status.pid
        self._on_event(ReplicaEvent(kind=kind, replica=name, pid=pid, code=code, reason=reason))
