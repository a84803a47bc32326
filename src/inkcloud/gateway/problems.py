"""Every error as a problem answer: the exception handlers of the app."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from inkcloud.domain.errors import (
    InkcloudError,
    InvalidRequest,
    MalformedRequest,
    Overloaded,
    Unauthorized,
    Unavailable,
)
from inkcloud.wire import problem

RETRY_SECONDS = 5


def install(app: FastAPI) -> None:
    """Make the app answer every error that it raises as a problem."""
    app.add_exception_handler(InkcloudError, _inkcloud_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)


def answer(error: InkcloudError, request_id: str) -> Response:
    """Return the answer to an error."""
    body = problem.dump(problem.encode(error, request_id))
    headers = {}
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Overloaded | Unavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
    return Response(body, error.status, headers, media_type=problem.MEDIA_TYPE)


async def _inkcloud_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, InkcloudError):
        raise error
    return answer(error, request.state.request_id)


async def _validation_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place, *path = first["loc"]
    field = ".".join(str(part) for part in path) or str(place)
    return answer(
        InvalidRequest(
            f"The value of {field} is not allowed.",
            field=field,
            value=first.get("input"),
            allowed=str(first["msg"]),
        ),
        request.state.request_id,
    )


async def _http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 400:
        return answer(MalformedRequest(str(error.detail)), request.state.request_id)
    known = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Method not allowed")}
    code, title = known.get(error.status_code, ("http_error", str(error.detail)))
    detail = f"There is nothing that answers {request.method} at this address. See /docs."
    body = problem.plain(code, title, error.status_code, detail, request.state.request_id)
    headers = dict(error.headers or {})
    return Response(problem.dump(body), error.status_code, headers, media_type=problem.MEDIA_TYPE)
