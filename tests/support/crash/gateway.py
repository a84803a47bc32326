"""A real `inkcloud up` that is killed and started again on the same data."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psutil

PATIENCE = 180.0
_TURN = 0.02


class Gateway:
    """The process, its port and its replicas.

    Args:
        folder: for its data, its ledger and what it prints.
        database: the database's URL; None is SQLite in the data folder.

    Attributes:
        port: stays the same from start to start.
        restarts: how often it was started, the first time included.
    """

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.data = folder / "data"
        self.ledger = folder / "ledger"
        self.ledger.touch()
        self._output = folder / "up.out"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.restarts = 0
        self._environment = {
            **os.environ,
            "INKCLOUD_DATA_DIR": str(self.data),
            "INKCLOUD_PLAYGROUND": "0",
            "INKCLOUD_PREPARE": "0",
            "OMP_NUM_THREADS": "1",
        }
        if database is not None:
            self._environment["INKCLOUD_DATABASE"] = database
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: dict[int, psutil.Process] = {}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.data / 'token').read_text().strip()}"}

    def start(self) -> None:
        """Start it; returns at once."""
        command = [sys.executable, "-m", "inkcloud.cli.main", "up", "--port", str(self.port)]
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=output, env=self._environment
            )
        self.restarts += 1

    def wait_until_it_answers(self) -> None:
        """Return once it answers anything.

        Raises:
            RuntimeError: if it ends before, or takes too long.
        """
        with httpx2.Client(trust_env=False, timeout=PATIENCE) as http:

            def answers() -> bool:
                if self._process is None or self._process.poll() is not None:
                    message = f"The gateway ended: {self._output.read_text()[-2000:]}"
                    raise RuntimeError(message)
                with contextlib.suppress(httpx2.TransportError):
                    http.get(f"{self.url}/healthcheck")
                    return True
                return False

            if not wait(answers, PATIENCE):
                message = f"The gateway does not answer: {self._output.read_text()[-2000:]}"
                raise RuntimeError(message)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with httpx2.Client(trust_env=False, timeout=PATIENCE) as http:
            answer = http.request(method, self.url + path, headers=self.authorization, json=body)
        answer.raise_for_status()
        return answer.json()

    def kill(self) -> None:
        """Kill the gateway's process alone, as the kernel would; wait for its end."""
        assert self._process is not None
        self._remember()
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)

    def replicas(self, service: str) -> list[int]:
        """Return the processes of this start's replicas of a service, by a part of its name."""
        return [
            process.pid
            for process in self._remember()
            if any(service in word for word in _command(process))
        ]

    def clean_up(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        for process in self._seen.values():  # none of another's: psutil compares start times
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.is_running():
                    process.kill()
        psutil.wait_procs(list(self._seen.values()), timeout=PATIENCE)

    def _remember(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            children: list[psutil.Process] = psutil.Process(self.pid).children(recursive=True)
            self._seen |= {child.pid: child for child in children}
            return children
        return []


def wait(is_so: Callable[[], bool], seconds: float) -> bool:
    """Look until something is so, at most for some seconds; return whether it is."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(_TURN)
    return True


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        words: list[str] = process.cmdline()
        return words
    return []
