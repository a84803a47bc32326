"""Tells callers whose work a stopping replica breaks off that it was not the service."""

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkcloud.domain.errors import ReplicaLost


class BrokenOff:
    """An ASGI layer, the outermost, that answers work which is cancelled with `replica_lost`.

    Work is cancelled from outside only when its grace is over; uvicorn's own answer would be
    a 500, which reads like a fault of the service. A 503 would read like work that was never
    taken. An answer that has begun is broken off, which callers see for themselves.

    Args:
        app: the app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except asyncio.CancelledError:
            if scope["type"] != "http" or begun:
                raise
            error = ReplicaLost("The replica stopped while it held the work.")
            headers = {"Connection": "close"}
            answer = JSONResponse(error.as_dict(), status_code=error.status, headers=headers)
            await answer(scope, receive, send)
