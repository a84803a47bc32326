"""A request's body, read within bounds."""

from typing import Any, ClassVar

from starlette.requests import Request

from inkcloud.domain.errors import MalformedRequest
from inkcloud.wire import json_body

# A caller who is answered before all is read may never see the answer: read on a little.
DRAIN_FACTOR = 8


class BodyTooLarge(MalformedRequest):
    """The body is longer than the gateway reads."""

    code: ClassVar[str] = "body_too_large"
    title: ClassVar[str] = "The request is too large"
    status: ClassVar[int] = 413


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """Read a body as a JSON object, whatever its Content-Type says.

    Args:
        request: whose body it is.
        limit: most bytes.

    Raises:
        BodyTooLarge: if it is longer.
        MalformedRequest: if it is compressed or not a JSON object.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise MalformedRequest(
            "The body is compressed.", field="Content-Encoding", value=encoding, allowed="identity"
        )
    return json_body.decode(await read_body(request, limit))


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body as it is.

    Args:
        request: whose body it is.
        limit: most bytes.

    Raises:
        BodyTooLarge: if it is longer.
    """
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            body += chunk
        elif size > DRAIN_FACTOR * limit:
            break
    if size > limit:
        raise BodyTooLarge(
            "The body is too long.",
            field="body",
            value=f"{size} bytes or more",
            allowed=f"at most {limit} bytes",
        )
    return bytes(body)
