"""An answer that streams what a service yields, and ends it when its client has gone."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inkcloud.domain.errors import InkcloudError
from inkcloud.replica.ascii_json import ascii_json
from inkcloud.replica.client_gone import ClientGoneError, unless_gone
from inkcloud.replica.failures import told
from inkcloud.replica.service_host import ServiceHost

_END = b"data: [DONE]\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStream(Response):
    """Server-sent events: `data: {json}` lines, blank lines between, `[DONE]` at the end.

    Nothing is sent before the first event, so that an error before it has a status of its
    own. A later error is a last event, `{"event": "failed", "error": {...}}`. There are no
    comments and no `event:` lines, and the JSON is ASCII: older clients read nothing else.

    Args:
        host: the service's host.
        events: JSON-able values; closed when the answer ends, or its client has gone.
    """

    def __init__(self, host: ServiceHost, events: AsyncGenerator[Any, None]) -> None:
        super().__init__()
        self._host = host
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events.

        Raises:
            InkcloudError: an error of the service before its first event.
        """
        with self._host.work(), suppress(ClientGoneError):
            await unless_gone(receive, self._send_all(send))

    async def _send_all(self, send: Send) -> None:
        # Begun and closed in one task: what a generator sets for itself stays its own.
        async with aclosing(self._events) as events:
            await self._send(events, send)

    async def _send(self, events: AsyncGenerator[Any, None], send: Send) -> None:
        try:
            line = await _next_line(events)
        except Exception as error:
            raise told(error) from error
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        while line is not None:
            await send({"type": "http.response.body", "body": line, "more_body": True})
            try:
                line = await _next_line(events)
            except Exception as error:
                failed = _line({"event": "failed", "error": _facts(told(error))})
                await send({"type": "http.response.body", "body": failed, "more_body": True})
                break
        await send({"type": "http.response.body", "body": _END, "more_body": False})


async def _next_line(events: AsyncGenerator[Any, None]) -> bytes | None:
    try:
        return _line(await anext(events))
    except StopAsyncIteration:
        return None


def _line(event: object) -> bytes:
    return b"data: " + ascii_json(event) + b"\n\n"


def _facts(error: InkcloudError | HTTPException) -> dict[str, Any]:
    if isinstance(error, HTTPException):
        error = InkcloudError(str(error.detail))
    return error.as_dict()
