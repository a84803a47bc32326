"""One process of a replica: its socket, its health and its end."""

import asyncio
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import httpx2

from inkcloud.runtimes.log_file import LogFile

# Seconds beyond the replica's own grace period until it is killed.
_SHUTDOWN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class ReplicaCommand:
    """What it takes to start a replica.

    Attributes:
        python: the Python that runs it.
        service: "module:Class".
        environment: its whole environment.
        grace_seconds: how long requests at work may take after SIGTERM.
    """

    python: str
    service: str
    environment: dict[str, str]
    grace_seconds: float

    def arguments(self, fd: int) -> list[str]:
        """Return the command line, given the listening socket's file descriptor."""
        options = ["--fd", str(fd), "--parent-pipe", "--grace-seconds", str(self.grace_seconds)]
        return [self.python, "-m", "inkcloud.replica", self.service, *options]


class ReplicaProcess:
    """A running replica; an async context that leaves no process behind.

    Use `start`.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, address: str, grace_seconds: float
    ) -> None:
        self._process = process
        self._grace_seconds = grace_seconds
        # Proxy settings are for the world outside, never for this machine's own replicas.
        self._http = httpx2.AsyncClient(base_url=address, trust_env=False)
        self.address = address
        self.pid = process.pid

    @classmethod
    async def start(cls, command: ReplicaCommand, log: LogFile) -> "ReplicaProcess":
        """Start a process on a new port of 127.0.0.1.

        Each process gets a socket of its own, which this side closes at once. So an address
        names one process: when that ends, the kernel refuses new connections and resets
        the waiting ones, and callers learn it at once. On a socket shared by all processes
        of a replica they would wait, unseen, for a successor that may never come.

        Raises:
            OSError: if the process cannot be started.
        """
        output = log.open()
        try:
            with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                process = await asyncio.create_subprocess_exec(
                    *command.arguments(listener.fileno()),
                    env=command.environment,
                    pass_fds=[listener.fileno()],
                    # The replica ends when this pipe does: even if we are killed.
                    stdin=asyncio.subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    # A terminal's Ctrl-C is for us; we stop the replicas in order.
                    start_new_session=True,
                )
        finally:
            os.close(output)
        return cls(process, address, command.grace_seconds)

    async def __aenter__(self) -> "ReplicaProcess":
        """Return the process itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the process if it still runs."""
        await self.stop()

    async def wait(self) -> int:
        """Wait for its end and return its exit code; negative is a signal."""
        return await self._process.wait()

    async def check(self, timeout: float) -> str | None:
        """Return the status that its health check gives, or None if it does not answer."""
        try:
            async with asyncio.timeout(timeout):
                answer = await self._http.get("/healthcheck", timeout=None)
                status = answer.json().get("status")
        except (httpx2.HTTPError, TimeoutError, ValueError, AttributeError):
            return None
        return str(status)

    async def stop(self) -> None:
        """Ask it to stop, and kill it if it does not, or if this is itself cancelled."""
        try:
            if self._process.returncode is None:
                self._signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._grace_seconds + _SHUTDOWN_SECONDS):
                        await self.wait()
        finally:
            self.kill()
            await self.wait()
            await self._http.aclose()

    def kill(self) -> None:
        """End it and whatever processes it has started, at once."""
        if self._process.returncode is None:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                # It leads a session, and so a group, of its own.
                os.killpg(self.pid, number)
            else:
                self._process.send_signal(number)
