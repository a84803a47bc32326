"""Services with every kind of method, for the tests of a replica's routes."""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from pydantic import BaseModel, Field

from inkcloud.domain.errors import Cancelled
from inkcloud.services.path import path
from inkcloud.services.progress import progress
from inkcloud.services.service import Service
from inkcloud.services.types import File, Image, Media, Text


class Point(BaseModel):
    x: float
    y: float = 0.0


class Many(Service):
    """Every kind of argument and answer."""

    def infer(
        self, number: int, point: Point | None = None, words: list[str] | None = None
    ) -> dict[str, Any]:
        return {"number": number, "point": point, "words": words}

    def model_dump(self, schema: str, json: Annotated[int, Field(ge=1)] = 1) -> str:
        """Called as pydantic's own names are."""
        return schema * json

    def no_annotations(self, anything=None):
        return anything

    @path("/v1/deep/path")
    async def elsewhere(self) -> str:
        return "here"

    def turn(self, image: Image) -> Image:
        return Image.from_pil(image.to_pil().rotate(90), "PNG")

    def inside(self, files: list[dict[str, Media]]) -> int:
        return len(files)

    def text(self, text: Text) -> Text:
        return text + "!"

    def half(self, number: float) -> float:
        return number / 2

    def nan(self) -> Point:
        return Point(x=float("nan"))

    def lies(self) -> int:
        return "not a number"  # type: ignore[return-value]

    def leave(self) -> None:
        sys.exit(7)

    def infer_form_data(self, note: str, file: File, title: str = "untitled") -> str:
        content = file.file.read().decode()
        return f"{title}: {note}, {file.filename} ({file.content_type}) {content}"

    def _hidden(self) -> str:
        return "hidden"

    @staticmethod
    def helper() -> str:
        return "helper"


class Series(Service):
    """Generators of both kinds, and work that tells its progress."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.began = threading.Event()
        self.cancelled = threading.Event()
        self.thread_names: set[str] = set()

    def infer(self, count: int, fail_at: int = -1) -> Iterator[str]:
        try:
            for number in range(count):
                self.thread_names.add(threading.current_thread().name)
                if number == fail_at:
                    message = "the password is swordfish"
                    raise RuntimeError(message)
                self.began.set()
                yield f"é{number}"
        finally:
            self.closed.set()

    async def later(self, count: int) -> AsyncIterator[Point]:
        for number in range(count):
            await asyncio.sleep(0)
            yield Point(x=number)

    def steps(self, count: int) -> str:
        for number in range(count):
            self.progress(number + 1, count)
        return "done"

    async def async_steps(self, count: int) -> str:
        for number in range(count):
            progress(number + 1, count)
            await asyncio.sleep(0)
        return "done"

    def endless(self) -> str:
        """Works until its client has gone."""
        self.began.set()
        try:
            while True:
                self.progress(0, 1)
                time.sleep(0.001)
        except Cancelled:
            self.cancelled.set()
            raise

    def chosen(self, stream: bool = False) -> Any:
        return iter(["a", "b"]) if stream else "ab"


class Base:
    """A base that was not written as a service."""

    def parameters(self) -> str:
        return "not for clients"


class Plain(Base):
    """Extends nothing of ours."""

    def __init__(self) -> None:
        self.ready = False
        self.let_go = threading.Event()

    def setup(self) -> None:
        self.ready = True

    def infer(self, word: str = "plain") -> str:
        return word if self.ready else "too early"

    def more(self) -> str:
        return "more"

    def shutdown(self) -> None:
        self.let_go.set()


class Hooks(Service):
    """Writes down what was called, and from which thread."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def on_server_startup(self) -> None:
        self.calls.append("startup")

    async def setup(self) -> None:
        self.calls.append("setup")

    def infer(self) -> list[str]:
        return self.calls

    def on_server_shutdown(self) -> None:
        self.calls.append("server shutdown")

    def shutdown(self) -> None:
        self.calls.append("shutdown")


class SamePath(Service):
    def infer(self) -> str:
        return ""

    @path("/infer")
    def other(self) -> str:
        return ""


class BadPath(Service):
    @path("no-slash")
    def infer(self) -> str:
        return ""


class BadAnnotation(Service):
    def infer(self, lock: threading.Lock) -> str:  # type: ignore[valid-type]
        return ""


class BadForm(Service):
    def infer_form_data(self, number: int) -> str:
        return ""


class FileInJson(Service):
    def infer(self, file: File) -> str:
        return ""


class Unreadable(Service):
    def infer(self, thing: "NoSuchType") -> str:  # type: ignore[name-defined] # noqa: F821
        return ""


class Parallel(Service):
    """Meets its other requests: each answer needs two at once."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)

    def infer(self) -> str:
        self.barrier.wait(20)
        return "met"
