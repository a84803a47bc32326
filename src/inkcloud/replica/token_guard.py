"""Lets only those in who have the token, where a replica is open to a network."""

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from inkcloud.domain.errors import Unauthorized

_OPEN = "/healthcheck"


class TokenGuard:
    """An ASGI layer that asks for a Bearer token, except for the health check.

    Args:
        app: the app behind it.
        token: the only one that is accepted.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] != "http" or scope["path"] == _OPEN or self._right(scope):
            await self._app(scope, receive, send)
            return
        error = Unauthorized("This service needs its token, as `Authorization: Bearer ...`.")
        headers = {"WWW-Authenticate": "Bearer"}
        answer = JSONResponse(error.as_dict(), status_code=error.status, headers=headers)
        await answer(scope, receive, send)

    def _right(self, scope: Scope) -> bool:
        kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(given.encode(), self._token)
