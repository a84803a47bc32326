"""A request's inputs: a JSON object whose keys are the arguments of a service's method."""

import inspect
import json
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect

from inkcloud.domain.errors import InvalidRequest, MalformedRequest
from inkcloud.replica.client_gone import ClientGoneError

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


async def read_inputs(request: Request) -> dict[str, Any]:
    """Read a request's body, whatever its Content-Type says: clients often send none.

    Raises:
        MalformedRequest: if the body is too large or not JSON.
        InvalidRequest: if it is JSON but not an object.
        ClientGoneError: if the client went before the body's end.
    """
    body = await _read_body(request)
    try:
        inputs = json.loads(body, parse_constant=_refuse_constant)
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


def check_inputs(signature: inspect.Signature, inputs: dict[str, Any]) -> None:
    """Check the inputs' names against a method's arguments.

    Raises:
        InvalidRequest: names the first input that is not an argument, or is missing.
    """
    parameters = signature.parameters.values()
    named = [parameter for parameter in parameters if parameter.kind in _NAMED]
    names = [parameter.name for parameter in named]
    open_ended = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    if not open_ended:
        for name, value in inputs.items():
            if name not in names:
                raise InvalidRequest(
                    "There is no input of that name.",
                    field=name,
                    value=value,
                    allowed=("any of " + ", ".join(names)) if names else "no inputs at all",
                )
    for parameter in named:
        if parameter.default is parameter.empty and parameter.name not in inputs:
            raise InvalidRequest(
                f"The input {parameter.name} is missing.",
                field=parameter.name,
                allowed="a value; it has no default",
            )


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAXIMUM_BODY_BYTES:
                raise MalformedRequest(f"The body is larger than {MAXIMUM_BODY_BYTES} bytes.")
    except ClientDisconnect:
        raise ClientGoneError from None
    return bytes(body)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
