"""The playground as a supervised child process."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2

from inkcloud.bootstrap.end_process import end_process

HEALTH_SECONDS = 0.25
GRACE_SECONDS = 5.0
LONGEST_PAUSE = 30.0

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class PlaygroundProcess:
    """Starts Streamlit on the playground, restarts it when it dies, and stops it.

    Args:
        host: the address that it listens on.
        port: its port, which must be free.
        environment: what it is told of the gateway: INKCLOUD_URL, INKCLOUD_ENDPOINT, ...
        secrets: a TOML file with who may sign in and how; it need not exist.
        log: the file that gets its output.
        report: gets one plain sentence when it dies and is started again.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        environment: dict[str, str],
        secrets: Path,
        log: Path,
        report: Callable[[str], None],
    ) -> None:
        self._host = host
        self._port = port
        self._environment = environment
        self._secrets = secrets
        self._log = log
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and keep it running until `stop`."""
        await self._launch()
        self._keeper = asyncio.create_task(self._keep())

    async def ready(self) -> None:
        """Return once it answers."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await client.get(self._health_address())).status_code == 200:
                        return
                await asyncio.sleep(HEALTH_SECONDS)

    async def stop(self) -> None:
        """End it: politely first, by force after five seconds."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._process is not None:
            await end_process(self._process, GRACE_SECONDS)

    def kill(self) -> None:
        """End it by force and do not wait."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _launch(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_command(self._host, self._port, self._secrets),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_clean_environment() | self._environment,
                cwd=self._log.parent,
                start_new_session=True,  # Ctrl-C in the terminal is for the parent to handle
            )

    async def _keep(self) -> None:
        pause = 1.0
        loop = asyncio.get_running_loop()
        while self._process is not None:
            started = loop.time()
            code = await self._process.wait()
            pause = 1.0 if loop.time() - started > LONGEST_PAUSE else pause
            self._report(
                f"The playground stopped (exit code {code}) and starts again in {pause:g} s; "
                f"its log is {self._log}."
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            await self._launch()

    def _health_address(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}/_stcore/health"


def _command(host: str, port: int, secrets: Path) -> list[str]:
    command = [sys.executable, "-m", "inkcloud.bootstrap.playground_child"]
    command += ["--address", host, "--port", str(port), "--secrets", str(secrets)]
    if host in LOOPBACK_NAMES:
        # A foreign page must not reach the playground through a name that it points here.
        command += [part for name in LOOPBACK_NAMES for part in ("--allow-host", name)]
    return command


def _clean_environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}
