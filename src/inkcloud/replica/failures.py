"""How errors leave a replica: an `InkcloudError` as it is, anything else opaque."""

import logging
import secrets
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.replica.client_gone import ClientGoneError
from inkcloud.replica.service_host import NotRunningError

_log = logging.getLogger(__name__)

CLIENT_CLOSED_REQUEST = 499
Result = TypeVar("Result")


def told(error: Exception) -> InkcloudError | HTTPException:
    """Return what the client is told about an error that a service raised.

    An error that is not meant for clients is logged under a request id, and only the id
    is told: the text of an arbitrary exception may hold what clients must not see. An
    HTTPException is: services written for OctoAI answer with it.
    """
    if isinstance(error, InkcloudError | HTTPException):
        return error
    request_id = "req_" + secrets.token_hex(8)
    _log.error("Request %s failed in the service.", request_id, exc_info=error)
    return InkcloudError(
        f"The service failed on this request. The replica's log says why, under {request_id}."
    )


async def guarded(work: Coroutine[Any, Any, Result]) -> Result:
    """Await a service's work; its error leaves in the form that clients are told.

    Raises:
        InkcloudError, HTTPException: see `told`.
    """
    try:
        return await work
    except (InkcloudError, HTTPException):
        raise
    except Exception as error:
        raise told(error) from error


def install_handlers(app: FastAPI) -> None:
    """Teach an app to answer with the errors that its routes raise."""

    @app.exception_handler(InkcloudError)
    async def answer_error(_request: Request, error: InkcloudError) -> Response:
        return JSONResponse(error.as_dict() | _detail(error), status_code=error.status)

    @app.exception_handler(NotRunningError)
    async def answer_not_running(_request: Request, error: NotRunningError) -> Response:
        return JSONResponse({"status": error.state}, status_code=503, headers={"Retry-After": "1"})

    @app.exception_handler(ClientGoneError)
    async def answer_nobody(_request: Request, _error: ClientGoneError) -> Response:
        return Response(status_code=CLIENT_CLOSED_REQUEST)


def _detail(error: InkcloudError) -> dict[str, Any]:
    """Return bad inputs in the form that OctoAI's clients know, beside our own."""
    if not isinstance(error, InvalidRequest):
        return {}
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        found = cause.errors(include_url=False, include_context=False, include_input=False)
        return {
            "detail": [
                {"loc": ["body", *each["loc"]], "msg": each["msg"], "type": each["type"]}
                for each in found
            ]
        }
    where = [] if error.field in (None, "body") else [error.field]
    return {"detail": [{"loc": ["body", *where], "msg": error.message, "type": error.code}]}
