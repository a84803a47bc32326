"""One process of a replica: its socket, its output and its end."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from inkcloud.runtimes.health_check import HealthCheck
from inkcloud.runtimes.log_pump import LogPump

# Seconds for its last output to come through the pipe.
_LAST_WORDS_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ReplicaCommand:
    """What it takes to start a replica.

    Attributes:
        endpoint: the endpoint's name.
        replica: the replica's name.
        python: the Python that runs it.
        service: "module:Class".
        environment: its whole environment.
        code_folder: the folder that it starts in; "" for ours.
        health_check_path: where it says whether it is ready.
        grace_seconds: how long requests at work may take after SIGTERM.
        shutdown_seconds: beyond that, until it is killed.
    """

    endpoint: str
    replica: str
    python: str
    service: str
    environment: dict[str, str]
    code_folder: str = ""
    health_check_path: str = "/healthcheck"
    grace_seconds: float = 10.0
    shutdown_seconds: float = 5.0

    def arguments(self, fd: int) -> list[str]:
        """Return the command line, given the listening socket's file descriptor."""
        options = ["--fd", str(fd), "--parent-pipe", "--grace-seconds", str(self.grace_seconds)]
        return [self.python, "-m", "inkcloud.replica", self.service, *options]


class ReplicaProcess:
    """A running replica; an async context that leaves no process behind.

    Use `start`.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        address: str,
        command: ReplicaCommand,
        pump: LogPump,
    ) -> None:
        self._process = process
        self._stop_seconds = command.grace_seconds + command.shutdown_seconds
        self._pump = pump
        self.health = HealthCheck(address, command.health_check_path)
        self.address = address
        self.pid = process.pid

    @classmethod
    async def start(
        cls, command: ReplicaCommand, make_pump: Callable[[int], LogPump]
    ) -> "ReplicaProcess":
        """Start a process on a new port of 127.0.0.1.

        Each process gets a socket of its own, which this side closes at once. So an address
        names one process: when that ends, the kernel refuses new connections and resets
        the waiting ones, and callers learn it at once. On a socket shared by all processes
        of a replica they would wait, unseen, for a successor that may never come.

        Args:
            command: what to start.
            make_pump: reads the process's output from the file descriptor that it is given.

        Raises:
            OSError: if the process cannot be started.
        """
        output, its_end = os.pipe()
        try:
            with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                process = await asyncio.create_subprocess_exec(
                    *command.arguments(listener.fileno()),
                    env=command.environment,
                    cwd=command.code_folder or None,
                    pass_fds=[listener.fileno()],
                    # The replica ends when this pipe does: even if we are killed.
                    stdin=asyncio.subprocess.PIPE,
                    stdout=its_end,
                    stderr=its_end,
                    # A terminal's Ctrl-C is for us; we stop the replicas in order.
                    start_new_session=True,
                )
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(its_end)
        return cls(process, address, command, make_pump(output))

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

    async def stop(self) -> None:
        """Ask it to stop, and kill it if it does not, or if this is itself cancelled."""
        try:
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._stop_seconds):
                        await self.wait()
        finally:
            self.kill()
            await self.wait()
            await self.health.close()
        await asyncio.to_thread(self._pump.wait, _LAST_WORDS_SECONDS)

    def kill(self) -> None:
        """End it and whatever processes it has started and left behind, at once."""
        with suppress(ProcessLookupError, PermissionError):
            # It leads a session, and so a group, of its own.
            os.killpg(self.pid, signal.SIGKILL)
