"""The real inspection of models, but in the tests' own process, for tests of commands.

A new process imports torch, transformers and diffusers for five seconds; the tests' own one has
them already. What takes an `inspection` can be given `inspect_model` instead.
"""

import contextlib
import io
import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from inkcloud.checkpoints import inspect_process
from inkcloud.models import inspection
from support.inspected_there import NoProcess


def _inspect(arguments: list[str]) -> tuple[int, str]:
    """Return the exit code and what is printed, as a process of its own would."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = inspect_process.main(arguments)
    return code, printed.getvalue()


def inspect_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let models be inspected in this process until the end of a test."""
    monkeypatch.setattr(inspection, "subprocess", NoProcess(_inspect))


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        answer = _inspect(json.loads(self.rfile.readline()))
        self.wfile.write(json.dumps(answer).encode())


@contextmanager
def inspecting_for_others(folder: Path) -> Iterator[list[str]]:
    """Inspect here for commands that run in processes of their own.

    Yields:
        what stands before the words of an `inkcloud` command that lets this process inspect.
    """
    address = folder / "inspections"
    with socketserver.ThreadingUnixStreamServer(str(address), _Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield [sys.executable, str(Path(__file__).with_name("inspected_there.py")), str(address)]
        server.shutdown()
