"""A request's inputs: a JSON object whose keys are the arguments of a service's method."""

import json
import math
from collections.abc import AsyncGenerator
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect

from inkcloud.domain.errors import InvalidRequest, MalformedRequest
from inkcloud.replica.client_gone import ClientGoneError

# A little more than the gateway lets in: what it passes on has every default filled in.
MAXIMUM_BODY_BYTES = 11 * 1024 * 1024
MAXIMUM_DEPTH = 100


async def read_inputs(request: Request) -> dict[str, Any]:
    """Read a request's body, whatever its Content-Type says: clients often send none.

    Raises:
        MalformedRequest: if the body is too large, too deep or not JSON.
        InvalidRequest: if it is JSON but not an object.
        ClientGoneError: if the client went before the body's end.
    """
    body = await _read_body(request)
    try:
        inputs = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
        _check_depth(inputs)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(
            f"The body is not JSON: {error}. Send a JSON object whose keys are the inputs."
        ) from None
    if not isinstance(inputs, dict):
        raise InvalidRequest(
            "The body is JSON but not an object.",
            field="body",
            value=inputs,
            allowed="a JSON object whose keys are the inputs",
        )
    return inputs


async def body_chunks(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield a request's body in pieces, up to the largest that is allowed.

    Raises:
        MalformedRequest: if it is larger.
        ClientDisconnect: if the client went before its end.
    """
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAXIMUM_BODY_BYTES:
            raise MalformedRequest(f"The body is larger than {MAXIMUM_BODY_BYTES} bytes.")
        yield chunk


async def _read_body(request: Request) -> bytes:
    try:
        return b"".join([chunk async for chunk in body_chunks(request)])
    except ClientDisconnect:
        raise ClientGoneError from None


def _check_depth(value: object) -> None:
    level, depth = _inside([value]), 0
    while level:
        depth += 1
        if depth > MAXIMUM_DEPTH:
            message = f"it is nested more than {MAXIMUM_DEPTH} levels deep"
            raise ValueError(message)
        level = [item for outer in level for item in _inside(outer)]


def _inside(outer: Any) -> list[Any]:  # noqa: ANN401 - a JSON array or object
    items = outer.values() if isinstance(outer, dict) else outer
    return [item for item in items if isinstance(item, dict | list)]


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = f"{text[:40]} is too large for a number"
        raise ValueError(message)
    return number


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a JSON value"
    raise ValueError(message)
