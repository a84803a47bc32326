"""`inkcloud`, but models are inspected by the tests' process.

python inspected_there.py SOCKET models pull ...
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from inkcloud.models import inspection

# From the words after the module's name to the exit code and what is printed.
Answer = Callable[[list[str]], tuple[int, str]]


class NoProcess:
    """What the inspection needs of `subprocess`, without a new process.

    Args:
        answer: does what that process would do.
    """

    DEVNULL = subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        assert command[1:3] == ["-m", inspection.MODULE]
        code, printed = self._answer(command[3:])
        return subprocess.CompletedProcess(command, code, printed.encode(), b"")


def ask(address: str, arguments: list[str]) -> tuple[int, str]:
    """Let the process that listens at a socket inspect."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(address)
        asked.sendall(json.dumps(arguments).encode() + b"\n")
        with asked.makefile("rb") as answer:
            code, printed = json.loads(answer.read())
    return code, printed


if __name__ == "__main__":
    from inkcloud.cli.main import main

    inspection.subprocess = NoProcess(partial(ask, sys.argv.pop(1)))  # type: ignore[attr-defined]
    main()
