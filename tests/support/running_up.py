"""A real `inkcloud up` in a process of its own."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

READY = "Ctrl-C stops Inkcloud."
PATIENCE = 180


class RunningUp:
    """The process, and what it has printed up to now."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        command = [sys.executable, "-m", "inkcloud.cli.main", "up", "--data-dir", str(data_dir)]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--playground-port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

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
        [found] = [child for child in self.children() if words in " ".join(child.cmdline())]
        return found

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
