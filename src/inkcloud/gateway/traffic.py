"""What the gateway notes of every request: a log line, and counts for the metrics."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("inkcloud.requests")
CLIENT_GONE = 499


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One request that has been answered.

    Attributes:
        request_id: as its answer has it.
        method: its HTTP method.
        route: the template of its path, for example "/endpoints/{name}"; "" if none fits.
        endpoint: the endpoint that it reached, or "".
        token: the id of the token that it came with, or "".
        status: of the answer; 499 if the caller left before it began.
        seconds: from the first byte to the end of the answer.
    """

    request_id: str
    method: str
    route: str
    endpoint: str
    token: str
    status: int
    seconds: float


class Traffic:
    """An ASGI layer just inside `RequestIds`.

    It logs neither paths nor queries nor headers: ids and tokens stand there.

    Args:
        app: the app behind it.
        note: told of each request once it is answered.
    """

    def __init__(self, app: ASGIApp, note: Callable[[Answered], None]) -> None:
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = CLIENT_GONE

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        except Exception:
            status = 500
            raise
        finally:
            self._tell(_answered(scope, status, time.perf_counter() - began))

    def _tell(self, answered: Answered) -> None:
        _LOG.info(
            "request",
            extra={
                "fields": {
                    "request_id": answered.request_id,
                    "method": answered.method,
                    "route": answered.route,
                    "endpoint": answered.endpoint,
                    "token": answered.token,
                    "status": answered.status,
                    "ms": round(answered.seconds * 1000, 2),
                }
            },
        )
        self._note(answered)


def _answered(scope: Scope, status: int, seconds: float) -> Answered:
    state: dict[str, Any] = scope["state"]
    return Answered(
        request_id=state["request_id"],
        method=scope["method"],
        route=getattr(scope.get("route"), "path", ""),
        endpoint=state.get("endpoint", ""),
        token=state.get("token_id", ""),
        status=status,
        seconds=seconds,
    )
