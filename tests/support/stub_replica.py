"""A real HTTP server that speaks the replica's contract; the prompt chooses how it behaves.

"slow ..."       starts, shows progress and a preview, then waits for `release`
"die once ..."   breaks the first connection after `started`, then behaves
"die later ..."  waits for `release` after `started`, breaks the first connection, then behaves
"die always ..." breaks every connection after `started`
"leave once ..." says that it cancelled the work, as a replica does that is stopped
"cut ..."        ends its stream without a final event
"frames ..."     sends more frames than are allowed, if it is asked for any
"fail ..."       ends with a `failed` event that names the scheduler
"refuse ..."     answers 422 in place of a stream
"crash ..."      answers an opaque 500
"busy once ..."  answers 503 the first time
"garbage ..."    sends an event that is no JSON
anything else    draws at once
"""

import asyncio
import io
import json
import queue
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Cancelled, Conflict, InvalidRequest, Unavailable
from inkcloud.domain.event_codec import encode_event
from inkcloud.domain.events import Event, Failed, Finished, Preview, Progress, Queued, Started
from inkcloud.domain.frame import Frame
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.load import Load
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.picture import Picture
from inkcloud.domain.record import Record
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.runtimes.lease_queue import LeaseQueue

PATIENCE = 20.0
FACTS = {
    "model": "stub",
    "model_hash": "0" * 64,
    "native_size": [64, 64],
    "factor": 8,
    "schedulers": ["DDIM"],
    "limits": {"images": 16},
}


class StubReplica:
    """Use it as a context manager.

    Attributes:
        requests: every request that it was sent.
        started: a prompt for each piece of work that began.
        gone: a prompt for each client that left before its stream ended.
        most_at_once: the most streams that were open at the same time.
    """

    def __init__(self, facts: dict[str, Any] | None = None) -> None:
        self.facts = FACTS if facts is None else facts
        self.requests: list[dict[str, Any]] = []
        self.started: queue.Queue[str] = queue.Queue()
        self.gone: queue.Queue[str] = queue.Queue()
        self.most_at_once = 0
        self.at_once = 0
        self._seen: set[str] = set()
        self._released = threading.Event()
        created = socket.create_server(("127.0.0.1", 0))
        self._listener = socket.socket(fileno=created.detach())  # asyncio wants its protocol
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        routes = [
            Route("/facts", lambda _: JSONResponse(self.facts)),
            Route("/healthcheck", lambda _: JSONResponse({"status": "RUNNING"})),
            Route("/stream", self._stream, methods=["POST"]),
            *self.more_routes(),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            lifespan="off",
            ws="none",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))

    def __enter__(self) -> "StubReplica":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.should_exit = True
        self._thread.join(PATIENCE)

    def more_routes(self) -> list[Route]:
        """Return the routes that a kind of stub has besides."""
        return []

    def release(self) -> None:
        """Let all slow work go on."""
        self._released.set()

    def forget(self) -> None:
        """Be as new: slow work waits again, and what was asked before does not count."""
        self.requests.clear()
        self._seen.clear()
        self._released.clear()
        self.most_at_once = self.at_once
        for told in (self.started, self.gone):
            while not told.empty():
                told.get()

    def next_started(self) -> str:
        return self.started.get(timeout=PATIENCE)

    def next_gone(self) -> str:
        return self.gone.get(timeout=PATIENCE)

    def first_time(self, prompt: str) -> bool:
        if prompt in self._seen:
            return False
        self._seen.add(prompt)
        return True

    async def _stream(self, request: Request) -> Response:
        data = await request.json()
        self.requests.append(data)
        prompt = data["prompt"]
        if prompt.startswith("busy once") and self.first_time(prompt):
            return JSONResponse({"status": "SETUP_SERVICE"}, 503)
        if prompt.startswith("crash"):
            return JSONResponse({"detail": "oops"}, 500)
        if prompt.startswith("refuse"):
            return JSONResponse(_invalid().as_dict(), 422)
        return _EventStream(self, data)

    async def events(self, data: dict[str, Any]) -> AsyncIterator[Event | str]:
        prompt, steps = data["prompt"], data["num_inference_steps"]
        yield Queued(0)
        yield Started(steps)
        self.started.put(prompt)
        behaviour = prompt.split()[0]
        if prompt.startswith("die later"):
            await self._until_released()
        if prompt.startswith("die always") or (
            prompt.startswith(("die once", "die later")) and self.first_time(prompt)
        ):
            message = "The stub replica dies."
            raise RuntimeError(message)
        if prompt.startswith("leave once") and self.first_time(prompt):
            yield Failed(Cancelled("The replica is leaving."))
            return
        if behaviour == "cut":
            return
        if behaviour == "garbage":
            yield "{not json"
        if behaviour == "fail":
            yield Failed(_invalid())
            return
        yield Progress(1, steps, 1.5)
        yield Preview(0, 1, tiny_png(seed=data["seed"], side=4))
        sent = 0 if not data.get("frames") else 101 if behaviour == "frames" else steps
        for call in range(1, sent + 1):
            yield frame(data["seed"], call, sent)
        if behaviour == "slow":
            await self._until_released()
        pictures = tuple(picture(data, index) for index in range(data["num_images"]))
        yield Finished(pictures, 0.25)

    async def _until_released(self) -> None:
        while not self._released.is_set():
            await asyncio.sleep(0.005)


class _EventStream(Response):
    def __init__(self, stub: StubReplica, data: dict[str, Any]) -> None:
        super().__init__()
        self._stub = stub
        self._data = data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._stub.at_once += 1
        self._stub.most_at_once = max(self._stub.most_at_once, self._stub.at_once)
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        self._stub.at_once -= 1
        if not sending.done():
            sending.cancel()
            self._stub.gone.put(self._data["prompt"])
            return
        sending.result()

    async def _send(self, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for event in self._stub.events(self._data):
            text = event if isinstance(event, str) else json.dumps(encode_event(event))
            body = f"data: {text}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _invalid() -> InvalidRequest:
    return InvalidRequest(
        "There is no such scheduler.", field="scheduler", value="X", allowed="one of DDIM"
    )


class StubReplicas:
    """Says where the replicas are: the runtime's port, over replicas that run already.

    Attributes:
        current: the state that it reports.
        asked: how often it was asked for a replica, by `address` or `lease`.
        applied: every endpoint that it was told of, in order.
        renewed: every name whose replicas it was told to replace, and why.
        removed: every name that it was told to forget.
        log: the lines that it shows as every endpoint's log.
    """

    def __init__(
        self,
        *stubs: StubReplica,
        state: ReplicaState = ReplicaState.RUNNING,
        at_once: int = 1000,
    ) -> None:
        self.stubs = stubs
        self.current = state
        self.asked = 0
        self.applied: list[Endpoint] = []
        self.renewed: list[tuple[str, str]] = []
        self.removed: list[str] = []
        self.log: list[LogLine] = []
        self._free = at_once
        self._at_once = at_once
        self._queue: LeaseQueue[None] = LeaseQueue(self._give_back)

    async def apply(self, endpoint: Endpoint) -> None:
        self.applied.append(endpoint)

    async def renew(self, name: str, reason: str) -> None:
        self.renewed.append((name, reason))

    async def remove(self, name: str) -> None:
        self.removed.append(name)

    @asynccontextmanager
    async def lease(
        self,
        name: str,
        tell_position: Callable[[int], None] | None = None,
        *,
        again: bool = False,
        through_pause: bool = False,
    ) -> AsyncIterator[str]:
        while through_pause and self.current is ReplicaState.PAUSED:
            await asyncio.sleep(0.005)
        address = await self.address(name)
        turn = self._queue.join(tell_position, in_front=again)
        self._hand_out()
        await self._queue.wait(turn, PATIENCE)
        try:
            yield address
        finally:
            self._give_back()

    async def address(self, name: str) -> str:
        self.asked += 1
        if self.current is ReplicaState.STOPPED:
            raise Unavailable(f"The endpoint {name} is stopped.")
        if self.current is ReplicaState.PAUSED:
            raise Conflict(f"The endpoint {name} is paused.")
        return self.stubs[(self.asked - 1) % len(self.stubs)].address

    def state(self, name: str) -> ReplicaState:
        return self.current

    def replicas(self, name: str) -> tuple[ReplicaStatus, ...]:
        return tuple(
            ReplicaStatus(name=f"{name}-{number}", phase=ReplicaPhase.READY, address=stub.address)
            for number, stub in enumerate(self.stubs)
        )

    def load(self, name: str) -> Load:
        return Load(in_flight=self._at_once - self._free, waiting=len(self._queue))

    async def logs(
        self,
        name: str,
        replica: str | None = None,
        lines: int = 200,
        since: datetime | None = None,
    ) -> list[LogLine]:
        found = [line for line in self.log if replica in {None, line.replica}]
        return [line for line in found if since is None or line.at > since][-lines:]

    async def follow_logs(
        self, name: str, replica: str | None = None, lines: int = 0
    ) -> AsyncIterator[LogLine]:
        for line in await self.logs(name, replica):
            yield line

    def _give_back(self, _: None = None) -> None:
        self._free += 1
        # A round later, as the real one does: whoever asks again at once is there by then.
        asyncio.get_running_loop().call_soon(self._hand_out)

    def _hand_out(self) -> None:
        while self._free and self._queue:
            self._free -= 1
            self._queue.grant(None)
        self._queue.tell_positions(self._at_once - self._free)


def frame(seed: int, call: int, calls: int) -> Frame:
    """Return a frame whose pictures tell its seed and call."""
    return Frame(
        call=call,
        calls=calls,
        step=call,
        timestep=float(calls - call),
        sigma=calls / call,
        alpha_bar=1 / (1 + (calls / call) ** 2),
        seconds=call / 100,
        predicted=tiny_png(seed=seed + call),
        noisy=tiny_png(seed=seed + call, side=4),
    )


def picture(data: dict[str, Any], index: int) -> Picture:
    """Return a tiny real picture of a request, the same for the same request."""
    request = GenerationRequest.from_mapping(data)
    seed = request.seed + index
    record = Record(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        num_inference_steps=request.num_inference_steps,
        scheduler=request.scheduler,
        guidance_scale=request.guidance_scale,
        seed=seed,
        width=request.width or 64,
        height=request.height or 64,
        checkpoint="stub",
        checkpoint_hash="0" * 64,
        dtype="float32",
        backend="stub",
        versions={"inkcloud": "0"},
        variation_seed=request.variation_seed if request.varied else None,
        variation_strength=request.variation_strength if request.varied else None,
    )
    return Picture(tiny_png(seed=seed), record)


def tiny_png(seed: int, side: int = 8) -> bytes:
    file = io.BytesIO()
    colour = (seed % 256, seed // 256 % 256, seed // 65536 % 256)
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()
