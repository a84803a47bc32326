"""`inkcloud`, but models are inspected by the tests' process.

python inspected_there.py SOCKET models pull ...
"""

import json
import socket
import subprocess
import sys

from inkcloud.cli.main import main
from inkcloud.models import inspection


class _Elsewhere:
    """What the inspection needs of `subprocess`."""

    DEVNULL = subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(self._address)
            asked.sendall(json.dumps(command[3:]).encode() + b"\n")
            with asked.makefile("rb") as answer:
                code, printed = json.loads(answer.read())
        return subprocess.CompletedProcess(command, code, printed.encode(), b"")


if __name__ == "__main__":
    inspection.subprocess = _Elsewhere(sys.argv.pop(1))  # type: ignore[attr-defined]
    main()
