"""Routes whose every error is in the envelope of their own dialect."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from inkcloud.domain.errors import InkcloudError, Overloaded, Unauthorized, Unavailable
from inkcloud.gateway.problems import RETRY_SECONDS
from inkcloud.wire import problem

JSON = "application/json"


def _own_status(error: InkcloudError) -> int:
    return error.status


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """How a dialect answers errors.

    Attributes:
        encode: returns an error as JSON values.
        status: returns the HTTP status for it.
        final: says whether a client should not ask again by itself.
        challenge: the way of sending a token that a 401 asks for.
    """

    encode: Callable[[InkcloudError], dict[str, Any]]
    status: Callable[[InkcloudError], int] = field(default=_own_status)
    final: Callable[[InkcloudError], bool] = field(default=lambda _: False)
    challenge: str = "Bearer"

    def answer(self, error: InkcloudError) -> Response:
        """Return the answer to an error."""
        headers = {}
        if isinstance(error, Unauthorized):
            headers["WWW-Authenticate"] = self.challenge
        if isinstance(error, Overloaded | Unavailable):
            headers["Retry-After"] = str(RETRY_SECONDS)
        if self.final(error):
            headers["x-should-retry"] = "false"
        body = problem.dump(self.encode(error))
        return Response(body, self.status(error), headers, media_type=JSON)

    def route_class(self) -> type[APIRoute]:
        """Return the class of the dialect's routes, for its router."""
        envelope = self

        class DialectRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handler = super().get_route_handler()

                async def answer(request: Request) -> Response:
                    try:
                        return await handler(request)
                    except InkcloudError as error:
                        return envelope.answer(error)

                return answer

        return DialectRoute


def json_answer(data: object, headers: dict[str, str] | None = None) -> Response:
    """Return plain values as JSON of ASCII characters."""
    return Response(problem.dump(data), headers=headers, media_type=JSON)
