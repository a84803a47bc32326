"""Small services for the tests of replicas and runtimes, run as real processes."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from inkcloud.domain.errors import InvalidRequest, Overloaded
from inkcloud.services.service import Service


class Echo(Service):
    """Answers with what it was asked, from a worker thread."""

    def infer(self, word: str, times: int = 1) -> str:
        return word * times

    def facts(self) -> dict[str, Any]:
        return {"longest": 7}


class OpenEnded(Service):
    """Takes every input."""

    async def infer(self, **inputs: Any) -> dict[str, Any]:
        return inputs


class Counter(Service):
    """Streams whole numbers; refuses negative ones; fails at 13."""

    async def stream(self, count: int) -> AsyncIterator[dict[str, Any]]:
        if count < 0:
            raise InvalidRequest("Negative.", field="count", value=count, allowed="0 or more")
        for number in range(count):
            if number == 13:
                raise Overloaded("Too many.")
            yield {"number": number, "text": "naïve\u2028café"}


class Patient(Service):
    """Waits for ever, and says by events when it began and when it was let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.ended = threading.Event()
        self.was_shut_down = threading.Event()
        self.release = threading.Event()

    async def infer(self) -> str:
        self.began.set()
        try:
            while not self.release.is_set():
                await asyncio.sleep(0.005)
        finally:
            self.ended.set()
        return "done"

    async def stream(self) -> AsyncIterator[dict[str, Any]]:
        try:
            yield {"first": True}
            self.began.set()
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    def shutdown(self) -> None:
        self.was_shut_down.set()


class SlowSetup(Service):
    """Its setup ends when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def setup(self) -> None:
        self.go_on.wait(30)

    def infer(self) -> str:
        return "ready"


class Secretive(Service):
    """Raises an error whose text is not for clients; answers with what JSON cannot say."""

    def infer(self, unspeakable: bool = False) -> Any:
        if unspeakable:
            return object()
        message = "the password is swordfish"
        raise RuntimeError(message)


class BadSetup(Service):
    """Fails its setup, unless the file named by FIXED exists."""

    def setup(self) -> None:
        if not Path(os.environ.get("FIXED", "/nonexistent")).exists():
            message = "the model has\nno weights"
            raise ValueError(message)


class Puppet(Service):
    """Does on demand what a replica should not."""

    def setup(self) -> None:
        self.name = os.environ.get("INKCLOUD_REPLICA_NAME", "")

    async def infer(self, action: str = "", value: str = "") -> Any:
        if action == "exit":
            os._exit(int(value))
        if action == "hang":
            # Holds the server's loop: its health check answers no more.
            time.sleep(600)
        if action == "environment":
            return dict(os.environ)
        if action == "wait":
            if value:
                Path(value).write_text("waiting")
            await asyncio.sleep(600)
        if action == "hold":
            began = Path(value)
            began.write_text("holding")
            while not began.with_name("go on").exists():
                await asyncio.sleep(0.01)
            return "let go"
        if action == "nap":
            Path(value).write_text("napping")
            await asyncio.sleep(0.3)
            return "rested"
        return {"pid": os.getpid(), "name": self.name}


class Deaf(Service):
    """Ignores the signal to stop: its shutdown never ends."""

    def infer(self) -> int:
        return os.getpid()

    def shutdown(self) -> None:
        time.sleep(600)


class NotAService:
    """A class that is no service."""
