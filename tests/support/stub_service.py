"""A stub replica whose service answers at every path; the body's "do" chooses how.

"slow"       says that it started, then waits for `release`
"die once"   breaks the first connection in its answer, then behaves
"die often"  breaks the first four connections in its answer, then behaves
"die always" breaks every connection in its answer
"busy once"  answers 503 the first time, as a replica does that is not ready
"refuse"     answers 422 with an error of ours
"reject"     answers 418 with an error of its own
"crash"      answers an opaque 500
"picture"    answers a PNG
"cookies"    sets a cookie and opens itself to other sites' pages
"events"     streams one event, waits for `release`, streams another
else         tells what it was sent
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from inkcloud.domain.errors import InvalidRequest
from support.stub_replica import StubReplica, tiny_png

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class StubService(StubReplica):
    """Use it as a context manager.

    Attributes:
        calls: what it was sent, without `/facts` and the like.
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        super().__init__()

    def more_routes(self) -> list[Route]:
        return [Route("/{path:path}", self._answer, methods=METHODS)]

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        told = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": content.decode("latin-1"),
        }
        if request.url.path == "/metrics":
            return Response(METRICS, media_type="text/plain")
        self.calls.append(told)
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else {}
        act = getattr(self, "_" + str(body.get("do")).replace(" ", "_"), None)
        if act is not None:
            return await act(request, body)
        return JSONResponse({"output": told}, headers={"X-Of-The-Service": "yes"})

    async def _slow(self, request: Request, body: dict[str, Any]) -> Response:
        self.started.put(body.get("name", "slow"))
        while not self._released.is_set():
            if await request.is_disconnected():
                self.gone.put(body.get("name", "slow"))
                return Response()
            await asyncio.sleep(0.005)
        return JSONResponse({"output": "rested"})

    async def _die_often(self, _: Request, body: dict[str, Any]) -> Response:
        if any(self.first_time(f"{body} {time}") for time in range(4)):
            return _Dying()
        return JSONResponse({"output": "alive"})

    async def _die_once(self, _: Request, body: dict[str, Any]) -> Response:
        if self.first_time(str(body)):
            return _Dying()
        return JSONResponse({"output": "alive"})

    async def _die_always(self, _: Request, body: dict[str, Any]) -> Response:
        return _Dying()

    async def _busy_once(self, _: Request, body: dict[str, Any]) -> Response:
        if self.first_time(str(body)):
            return JSONResponse({"status": "SETUP_SERVICE"}, 503)
        return JSONResponse({"output": "ready"})

    async def _refuse(self, _: Request, body: dict[str, Any]) -> Response:
        error = InvalidRequest("Too loud.", field="volume", value=11, allowed="at most 10")
        return JSONResponse(error.as_dict(), 422)

    async def _reject(self, _: Request, body: dict[str, Any]) -> Response:
        return JSONResponse({"detail": "I am a teapot."}, 418)

    async def _crash(self, _: Request, body: dict[str, Any]) -> Response:
        return JSONResponse({"detail": "oops"}, 500)

    async def _picture(self, _: Request, body: dict[str, Any]) -> Response:
        return Response(tiny_png(seed=1), media_type="image/png")

    async def _cookies(self, _: Request, body: dict[str, Any]) -> Response:
        headers = {
            "Set-Cookie": "session=stolen",
            "Access-Control-Allow-Origin": "*",
            "Content-Type": "text/html",
        }
        return Response("<script>1</script>", headers=headers)

    async def _events(self, request: Request, body: dict[str, Any]) -> Response:
        return StreamingResponse(self._lines(request), media_type="text/event-stream")

    async def _lines(self, request: Request) -> AsyncIterator[bytes]:
        yield b'data: {"part": 1}\n\n'
        self.started.put("events")
        try:
            while not self._released.is_set():
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self.gone.put("events")
            raise
        yield b'data: {"part": 2}\n\ndata: [DONE]\n\n'


METRICS = """\
# HELP inkcloud_engine_batch_rows Rows in a call of the model.
# TYPE inkcloud_engine_batch_rows summary
inkcloud_engine_batch_rows_sum 12
inkcloud_engine_batch_rows_count 4
# HELP inkcloud_requests Something that only the gateway may say.
# TYPE inkcloud_requests counter
inkcloud_requests_total 99
"""


class _Dying(Response):
    """Begins an answer and breaks off."""

    async def __call__(self, scope: Any, receive: Any, send: Callable[..., Any]) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        message = "The stub service dies."
        raise RuntimeError(message)
