"""A real `inkcloud up` in a process of its own."""

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil

from support.waiting import wait_until

READY = "Ctrl-C stops Inkcloud."
PATIENCE = 180


class RunningUp:
    """The process, and what it has printed up to now.

    It prepares the built-in model only with `--prepare`: that takes most of a minute.
    """

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir = data_dir
        command = [sys.executable, "-m", "inkcloud.cli.main", "up", "--data-dir", str(data_dir)]
        command += ["--no-prepare"] if "--prepare" not in options else []
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--playground-port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.fact("Endpoint").partition("/endpoints/")[0]

    @property
    def playground_url(self) -> str:
        return self.fact("Playground")

    @property
    def token(self) -> str:
        return (self.data_dir / "token").read_text().strip()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the gateway with the first token, and return its JSON, or None if it has none."""
        headers = {"authorization": f"Bearer {self.token}"}
        with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
            answer = client.request(method, f"{self.url}{path}", headers=headers, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def steps_that_take(self, seconds: float) -> int:
        """Return a step count whose picture takes about this long on this machine now."""
        steps = 20
        body = {"prompt": "x", "num_inference_steps": steps}
        job = self.ask("POST", "/endpoints/text2image/generations", body)

        def over() -> Any:
            now = self.get(f"/endpoints/text2image/generations/{job['id']}")
            return None if now["state"] in {"queued", "running"} else now

        took = wait_until(over, pause=0.1)["seconds"]
        return max(2, min(500, round(steps * seconds / took)))

    def kill_playground(self) -> None:
        """Kill the page's server, and return when `up` has started it again."""
        self.child("playground_child").kill()
        self.read_until("The playground stopped")
        self.wait_for_playground()

    def wait_for_playground(self) -> None:
        """Return once the page's server answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(httpx2.HTTPError):
                health = f"{self.playground_url}/_stcore/health"
                if httpx2.get(health, trust_env=False).status_code == httpx2.codes.OK:
                    return
            time.sleep(0.1)
        raise AssertionError("\n".join(["The playground does not answer:", *self.lines]))

    def read_until(self, words: str) -> str:
        """Read lines until one holds `words`; return that line."""
        assert self.process.stdout is not None
        too_long = threading.Timer(PATIENCE, self.process.kill)
        too_long.start()
        try:
            for line in self.process.stdout:
                self.lines.append(line.rstrip("\n"))
                if words in line:
                    return self.lines[-1]
        finally:
            too_long.cancel()
        raise AssertionError("\n".join([f"It ended without {words!r}:", *self.lines]))

    def fact(self, name: str) -> str:
        """Return what it said a name's value is."""
        found = re.search(rf"^ *{name}: +(.+)$", "\n".join(self.lines), re.M)
        assert found, self.lines
        return found[1]

    def children(self) -> list[psutil.Process]:
        """Return every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process:
        """Return the child whose command line holds `words`."""
        found = []
        for child in self.children():
            with contextlib.suppress(psutil.Error):  # one that has just ended has no command line
                if words in " ".join(child.cmdline()):
                    found.append(child)
        [only] = found
        return only

    def interrupt(self) -> int:
        """Send Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Return the exit code once it has ended; keep what it says until then."""
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.lines += rest.splitlines()
        return self.process.returncode


@contextmanager
def running_up(data_dir: Path, *options: str, ready: bool = True) -> Iterator[RunningUp]:
    """Run `inkcloud up` while the block runs, on free ports."""
    up = RunningUp(data_dir, *options)
    try:
        if ready:
            up.read_until(READY)
        yield up
    finally:
        if up.process.poll() is None:
            children = up.children()
            up.process.kill()
            psutil.wait_procs(children, timeout=PATIENCE)
        up.process.wait()
        if up.process.stdout is not None:
            up.process.stdout.close()
