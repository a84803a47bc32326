"""A gateway that speaks the native API and draws plain squares, for tests of the playground.

A generation goes on by `steps_per_look` every time it is looked at, so nothing depends on time.
"""

import base64
import io
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image

from inkcloud.domain.init_image import named
from inkcloud.domain.job import new_job_id

SIDE = 64
PROMPT_TOKENS = 10  # the stub's tokens are words, and two marks
COLOURS = ("navy", "teal", "olive", "maroon")


def png(colour: str, side: int = SIDE) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


@dataclass
class StubGeneration:
    request: dict[str, Any]
    tag: str
    id: str = field(default_factory=new_job_id)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: str = "queued"
    done: int = 0
    error: dict[str, Any] | None = None

    @property
    def total(self) -> int:
        return self.request["num_inference_steps"]

    def look(self, steps: int) -> None:
        if self.state == "queued" and steps:
            self.state = "running"
        elif self.state == "running":
            self.done = min(self.total, self.done + steps)
            if self.done == self.total:
                self.state = "succeeded"

    def view(self) -> dict[str, Any]:
        running = self.state == "running"
        progress = {"done": self.done, "total": self.total, "seconds_left": 0.5 * self.total}
        record = {"format": 1, **self.request, "width": SIDE, "height": SIDE}
        images = [
            {
                "url": f"/images/{self.id}/{index}",
                "sha256": "0" * 64,
                "record": {**record, "seed": self.request.get("seed", 0) + index},
            }
            for index in range(self.request.get("num_images", 1))
        ]
        return {
            "id": self.id,
            "endpoint": "text2image",
            "state": self.state,
            "created": self.created.isoformat(),
            "tag": self.tag,
            "request": self.request,
            "position": 0 if self.state == "queued" else None,
            "progress": progress if running else None,
            "previews": [{"index": 0, "done": self.done, "url": "x"}] if self.done else [],
            "seconds": 3.25 if self.state == "succeeded" else None,
            "images": images if self.state == "succeeded" else [],
            "error": self.error,
            "links": {},
        }


class StubGateway:
    """A real HTTP server on loopback; use it as a context manager."""

    def __init__(self) -> None:
        self.generations: dict[str, StubGeneration] = {}
        self.steps_per_look = 0
        self.state = "running"
        self.refusal: tuple[int, dict[str, Any]] | None = None
        self.lose_next_answer = False
        self.measured: list[str] = []
        self.images: dict[str, bytes] = {}
        self.presets: dict[str, dict[str, Any]] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "StubGateway":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(_app(self), log_level="warning", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = None

    def of_panel(self, panel: int) -> list[StubGeneration]:
        return [g for g in self.generations.values() if g.tag.split("/")[2] == str(panel)]

    def succeed_all(self) -> None:
        for generation in self.generations.values():
            if generation.state in ("queued", "running"):
                generation.state, generation.done = "succeeded", generation.total


def problem(status: int, code: str, detail: str, **members: Any) -> tuple[int, dict[str, Any]]:
    body = {"type": f"urn:inkcloud:problem:{code}", "title": "x", "status": status}
    return status, {**body, "code": code, "detail": detail, "request_id": "r1", **members}


def _answer(found: tuple[int, dict[str, Any]]) -> JSONResponse:
    return JSONResponse(found[1], found[0], media_type="application/problem+json")


ROOT = "/endpoints/text2image"


def _app(stub: StubGateway) -> FastAPI:
    app = FastAPI()
    _add_endpoint(app, stub)
    _add_generation(app, stub)
    _add_history(app, stub)
    _add_presets(app, stub)
    return app


def _add_endpoint(app: FastAPI, stub: StubGateway) -> None:
    @app.get(ROOT)
    def facts() -> dict[str, Any]:
        return {
            "name": "text2image",
            "url": stub.url + ROOT,
            "public": True,
            "state": stub.state,
            "model": "stub",
            "native_size": [SIDE, SIDE],
            "prompt_tokens": PROMPT_TOKENS,
        }

    @app.post(ROOT + "/prompt-lengths")
    async def prompt_lengths(request: Request) -> Any:
        texts = (await request.json())["texts"]
        stub.measured += texts
        unread = [" ".join(text.split()[PROMPT_TOKENS - 2 :]) for text in texts]
        return {"output": {"texts": [{"unread": part} for part in unread]}}

    @app.post(ROOT + "/generations", status_code=202)
    async def submit(request: Request) -> Any:
        body = await request.json()
        if stub.refusal is not None:
            return _answer(stub.refusal)
        if "image" in body:
            image = base64.b64decode(body["image"])
            body["image"] = named(image)
            stub.images[body["image"]["sha256"]] = image
        generation = StubGeneration(body, body.pop("tag", ""))
        stub.generations[generation.id] = generation
        if stub.lose_next_answer:
            stub.lose_next_answer = False
            return _answer(problem(503, "unavailable", "The answer was lost."))
        return generation.view()

    @app.get(ROOT + "/generations")
    def listed(tag_prefix: str = "", limit: int = 50) -> Any:
        found = [g for g in reversed(stub.generations.values()) if g.tag.startswith(tag_prefix)]
        return {"generations": [g.view() for g in found[:limit]]}


def _add_generation(app: FastAPI, stub: StubGateway) -> None:
    one = ROOT + "/generations/{generation}"

    def missing() -> JSONResponse:
        return _answer(problem(404, "not_found", "There is no such generation."))

    @app.get(one)
    def get(generation: str) -> Any:
        found = stub.generations.get(generation)
        if found is None:
            return missing()
        found.look(stub.steps_per_look)
        return found.view()

    @app.get(one + "/images/{index}")
    def image(generation: str, index: int) -> Any:
        known = generation in stub.generations
        colour = COLOURS[index % len(COLOURS)]
        return Response(png(colour), media_type="image/png") if known else missing()

    @app.get(one + "/preview/{index}")
    def preview(generation: str, index: int) -> Any:
        found = stub.generations.get(generation)
        if found is None or not found.done:
            return missing()
        return Response(png("grey", 16), media_type="image/png")

    @app.delete(one)
    def cancel(generation: str) -> Any:
        found = stub.generations.get(generation)
        if found is None:
            return missing()
        if found.state in ("queued", "running"):
            found.state = "cancelled"
        return found.view()


def _add_history(app: FastAPI, stub: StubGateway) -> None:
    @app.get("/history/{picture}/start-image")
    def start_image(picture: str) -> Any:
        found = stub.generations.get(picture.rpartition("-")[0])
        if found is None or "image" not in found.request:
            return _answer(problem(404, "not_found", "The picture began as noise alone."))
        return Response(stub.images[found.request["image"]["sha256"]])


def _add_presets(app: FastAPI, stub: StubGateway) -> None:
    @app.get("/presets")
    def listed(owner: str = "") -> Any:
        if stub.refusal is not None:
            return _answer(stub.refusal)
        everybodys = stub.presets.values()
        return {"presets": [each for each in everybodys if each.get("owner", "") == owner]}

    @app.post("/presets", status_code=201)
    async def save(request: Request) -> Any:
        body = await request.json()
        if not body["name"].strip():
            return _answer(problem(422, "invalid_request", "No name.", field="name", value=""))
        created = datetime.now(UTC).isoformat()
        preset = {"id": f"pre_{len(stub.presets)}", "created": created, **body}
        stub.presets[preset["id"]] = preset
        return preset

    @app.delete("/presets/{preset}", status_code=204)
    def remove(preset: str) -> Response:
        del stub.presets[preset]
        return Response(status_code=204)
