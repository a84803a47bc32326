"""A service that leaves a trace of every execution on the disk, for the crash test."""

import os
import secrets
import time
from typing import Any


class Ledger:
    """Writes a line when an execution begins and one when it ends, then returns its name.

    The file's path is `APP_LEDGER`; replicas share it. A line is "begin" or "end", the
    job's number, the execution's name, the process and the moment (seconds of Unix time).
    """

    def setup(self) -> None:
        self._file = os.open(os.environ["APP_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def infer(self, number: int, milliseconds: int) -> dict[str, Any]:
        execution = secrets.token_hex(8)
        self._write("begin", number, execution)
        time.sleep(milliseconds / 1000)
        self._write("end", number, execution)
        # A second execution returns something else: what has changed can be told.
        return {"number": number, "square": number * number, "execution": execution}

    def _write(self, what: str, number: int, execution: str) -> None:
        line = f"{what} {number} {execution} {os.getpid()} {time.time():.6f}\n"
        os.write(self._file, line.encode())
        os.fsync(self._file)
