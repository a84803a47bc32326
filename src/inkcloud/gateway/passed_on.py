"""An answer that comes from an endpoint's own service, as it comes."""

import json
import logging
from asyncio import timeout
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inkcloud.control.service_call import ServiceCall, passed_back
from inkcloud.control.service_client import ServiceClient
from inkcloud.domain.errors import DeadlineExceeded, InkcloudError, ReplicaLost
from inkcloud.replica.client_gone import ClientGoneError, unless_gone
from inkcloud.wire import problem

_LOG = logging.getLogger(__name__)
_EVENTS = "text/event-stream"
_JSON = "application/json"
_LONG = 64 * 1024
_FIRST_ERROR = 400
# A service's page, under the gateway's own address, gets an origin of its own: its scripts
# cannot act as one of the gateway's pages. At NAME.localhost it has one already.
SANDBOX = (b"content-security-policy", b"sandbox allow-scripts allow-forms allow-downloads")


class PassedOn(Response):
    """Passes a call on to a replica and its answer back; hanging up ends the call.

    Args:
        services: asks the endpoints' services.
        endpoint: the endpoint's name.
        call: what to ask.
        sandboxed: whether a page in the answer is kept apart from the gateway's own.
    """

    def __init__(
        self, services: ServiceClient, endpoint: str, call: ServiceCall, *, sandboxed: bool
    ) -> None:
        super().__init__()
        self._services = services
        self._endpoint = endpoint
        self._call = call
        self._sandboxed = sandboxed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer.

        Raises:
            InkcloudError: what kept the service from answering, before its answer began.
        """
        with suppress(ClientGoneError):
            await unless_gone(receive, self._answer(send))

    async def _answer(self, send: Send) -> None:
        began = False
        try:
            async with timeout(self._call.deadline_seconds) as limit, AsyncExitStack() as stack:
                answer = self._services.answer(self._endpoint, self._call)
                response = await stack.enter_async_context(answer)
                await _raise_ours(response)
                began = True
                await self._send(response, send)
        except TimeoutError:
            if began or not limit.expired():
                raise
            raise too_late(self._call.deadline_seconds) from None

    async def _send(self, response: httpx2.Response, send: Send) -> None:
        headers = passed_back(response.headers.raw)
        if self._sandboxed:
            headers.append(SANDBOX)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": headers}
        )
        try:
            async for chunk in _chunks(response):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except httpx2.TransportError as error:
            # The status has gone out: only an event stream can still say what happened.
            if not response.headers.get("content-type", "").startswith(_EVENTS):
                raise
            _LOG.warning("A replica of %s was lost in its answer: %r", self._endpoint, error)
            await send({"type": "http.response.body", "body": _lost(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def too_late(deadline: float | None) -> InkcloudError:
    """Return the error of a call that was not done in time."""
    return DeadlineExceeded(
        "The service was not done within the deadline.",
        field="Inkcloud-Deadline",
        value=deadline,
        allowed="more seconds, or none",
    )


async def _raise_ours(response: httpx2.Response) -> None:
    """Read a short refusal; raise it if it is an error of ours, as our services send them.

    Raises:
        InkcloudError: which the gateway answers as it answers its own.
    """
    short = int(response.headers.get("content-length", _LONG)) < _LONG
    kind = response.headers.get("content-type", "")
    if response.status_code < _FIRST_ERROR or not short or not kind.startswith(_JSON):
        return
    try:
        data = json.loads(await response.aread())
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict) and {"code", "message"} <= data.keys():
        error = InkcloudError.from_dict(data)
        if error.status == response.status_code:
            raise error


async def _chunks(response: httpx2.Response) -> AsyncIterator[bytes]:
    if response.is_stream_consumed:  # as a refusal was
        yield response.content
        return
    async for chunk in response.aiter_raw():
        yield chunk


def _lost() -> bytes:
    error = ReplicaLost("The replica stopped while it held the work.").as_dict()
    return b"data: " + problem.dump({"event": "failed", "error": error}) + b"\n\ndata: [DONE]\n\n"
