"""A request id on every answer, and one answer for errors that nobody foresaw."""

import logging
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkcloud.domain.errors import InkcloudError
from inkcloud.gateway.problems import answer

_LOG = logging.getLogger(__name__)


class RequestIds:
    """An ASGI layer, the outermost.

    It sets `request.state.request_id`, sends it with every answer, and turns an error from
    within into an opaque 500 whose id leads to the traceback in the log.

    Args:
        app: the app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = headers["X-User-Request-ID"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return  # it left before its request was whole: nobody reads an answer
        except Exception:
            _LOG.exception("Request %s (%s) failed.", request_id, scope["method"])
            if started:
                raise
            error = InkcloudError(f"The gateway failed. Its log has the reason under {request_id}.")
            await answer(error, request_id)(scope, receive, send_with_id)
