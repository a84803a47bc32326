"""A service's whole answer to a call that nobody waits for on the line."""

import json
from typing import Any

import httpx2

from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound

OUTPUT_BYTES = 64 * 1024 * 1024
_FIRST_ERROR = 400
_FIRST_FAULT = 500


async def read_output(response: httpx2.Response) -> Any:  # noqa: ANN401 - any JSON
    """Return what the service answered.

    Raises:
        InkcloudError: if it refused or failed, or its answer cannot be kept.
    """
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > OUTPUT_BYTES:
            raise InkcloudError(f"The service's answer is longer than {OUTPUT_BYTES} bytes.")
    data, is_json = _json(bytes(body))
    if response.status_code >= _FIRST_ERROR:
        raise refusal(response.status_code, data)
    if not is_json:
        kind = response.headers.get("content-type", "something without a type")
        raise InkcloudError(
            f"The service answered {kind}; only JSON can be kept for later. Call it directly."
        )
    return data


def refusal(status: int, data: object) -> InkcloudError:
    """Return the error that a service's answer tells of.

    Args:
        status: its HTTP status, 400 or more.
        data: its body as JSON; None if it has none.
    """
    if isinstance(data, dict) and "code" in data and "message" in data:
        return InkcloudError.from_dict(data)
    if status >= _FIRST_FAULT:
        return InkcloudError(
            f"The service failed: its replica answered {status}. Its log says why."
        )
    if status == NotFound.status:
        return NotFound("The service has nothing at this path.")
    return _invalid(status, data)


def _invalid(status: int, data: object) -> InvalidRequest:
    detail = data.get("detail") if isinstance(data, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = [str(part) for part in detail[0].get("loc", []) if part != "body"]
        return InvalidRequest(
            "The service does not take this input.",
            field=".".join(place) or "body",
            value=_plain(detail[0].get("input")),
            allowed=str(detail[0].get("msg", "")),
        )
    text = detail if isinstance(detail, str) else f"It answered {status}."
    return InvalidRequest(f"The service refused the request. {text}"[:1000])


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) else None


def _json(body: bytes) -> tuple[Any, bool]:
    try:
        return json.loads(body, parse_constant=_refuse), True
    except (ValueError, RecursionError):
        return None, False


def _refuse(name: str) -> None:
    message = f"{name} is not JSON."
    raise ValueError(message)
