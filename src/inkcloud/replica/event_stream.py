"""An answer that streams a service's events, and ends them when its client has gone."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
        inputs: the request's inputs.
    """

    def __init__(self, host: ServiceHost, inputs: dict[str, Any]) -> None:
        super().__init__()
        self._host = host
        self._inputs = inputs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events.

        Raises:
            InkcloudError: an error of the service before its first event.
        """
        with self._host.work(), suppress(ClientGoneError):
            events = self._host.stream(self._inputs)
            try:
                await unless_gone(receive, self._send(events, send))
            finally:
                close = getattr(events, "aclose", None)
                if close is not None:
                    await close()

    async def _send(self, events: AsyncIterator[dict[str, Any]], send: Send) -> None:
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
                failed = _line({"event": "failed", "error": told(error).as_dict()})
                await send({"type": "http.response.body", "body": failed, "more_body": True})
                break
        await send({"type": "http.response.body", "body": _END, "more_body": False})


async def _next_line(events: AsyncIterator[dict[str, Any]]) -> bytes | None:
    try:
        return _line(await anext(events))
    except StopAsyncIteration:
        return None


def _line(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, allow_nan=False).encode("ascii") + b"\n\n"
