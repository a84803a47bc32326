"""Keeps web pages away from a replica on loopback: it has no token, and needs none."""

import re

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from inkcloud.domain.errors import Forbidden

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|[a-z0-9.-]+\.localhost|\[::1\])(:\d+)?", re.I)


class BrowserGuard:
    """An ASGI layer that answers only requests which name this machine.

    A page of another site could otherwise send requests to a local port, by a form or by
    a name that resolves to 127.0.0.1 (DNS rebinding).

    Args:
        app: the app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        source = host if origin is None else origin.partition("://")[2]
        if _LOOPBACK.fullmatch(host) and _LOOPBACK.fullmatch(source):
            await self._app(scope, receive, send)
            return
        error = Forbidden(
            "A replica answers only to its own machine.",
            field="Host" if source == host else "Origin",
            value=host if source == host else origin,
            allowed="127.0.0.1, localhost, names under .localhost and [::1]",
        )
        await JSONResponse(error.as_dict(), status_code=error.status)(scope, receive, send)
