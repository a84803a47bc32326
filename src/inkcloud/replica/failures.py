"""How errors leave a replica: an `InkcloudError` as it is, anything else opaque."""

import logging
import secrets

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from inkcloud.domain.errors import InkcloudError
from inkcloud.replica.client_gone import ClientGoneError
from inkcloud.replica.service_host import NotRunningError

_log = logging.getLogger(__name__)

CLIENT_CLOSED_REQUEST = 499


def told(error: Exception) -> InkcloudError:
    """Return what the client is told about an error that a service raised.

    An error that is not meant for clients is logged under a request id, and only the id
    is told: the text of an arbitrary exception may hold what clients must not see.
    """
    if isinstance(error, InkcloudError):
        return error
    request_id = "req_" + secrets.token_hex(8)
    _log.error("Request %s failed in the service.", request_id, exc_info=error)
    return InkcloudError(
        f"The service failed on this request. The replica's log says why, under {request_id}."
    )


def install_handlers(app: FastAPI) -> None:
    """Teach an app to answer with the errors that its routes raise."""

    @app.exception_handler(InkcloudError)
    async def answer_error(_request: Request, error: InkcloudError) -> Response:
        return JSONResponse(error.as_dict(), status_code=error.status)

    @app.exception_handler(NotRunningError)
    async def answer_not_running(_request: Request, error: NotRunningError) -> Response:
        return JSONResponse({"status": error.state}, status_code=503, headers={"Retry-After": "1"})

    @app.exception_handler(ClientGoneError)
    async def answer_nobody(_request: Request, _error: ClientGoneError) -> Response:
        return Response(status_code=CLIENT_CLOSED_REQUEST)
