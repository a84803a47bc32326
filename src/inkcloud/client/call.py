"""One HTTP request, and how its answer is read: alike for the sync and the async sender."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx2

from inkcloud.domain.errors import InvalidRequest

# Connecting is quick or hopeless; a gateway that is busy drawing may take its time.
TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
# A stream may rest for as long as one step of a large model takes, or the queue is long; a
# call of a service may first have to wait for its replica.
PATIENT_TIMEOUT = httpx2.Timeout(60.0, connect=5.0, read=None)

Answer = TypeVar("Answer")
Output = Any  # a service answers with whatever JSON has, or with bytes


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """One HTTP request, to be sent by either sender.

    Attributes:
        method: its HTTP method.
        url: its whole address.
        read: makes the answer's value of it; raises the error that it tells of.
        content: its body, JSON.
        params: its query.
        headers: what it says besides who sends it.
        patient: whether its answer may take as long as it likes.
    """

    method: str
    url: str
    read: Callable[[httpx2.Response], Answer]
    content: bytes | None = None
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    patient: bool = False

    def options(self) -> dict[str, Any]:
        """Return what httpx2 takes besides the method and the address."""
        body = {} if self.content is None else {"Content-Type": "application/json"}
        return {
            "content": self.content,
            "params": self.params,
            "headers": {**body, **self.headers},
            "timeout": PATIENT_TIMEOUT if self.patient else TIMEOUT,
        }


def path_part(text: str) -> str:
    """Return a text as one part of a path, so that it cannot name another address."""
    return quote(text, safe="").replace(".", "%2E")


def json_body(values: dict[str, Any]) -> bytes:
    """Return values as a JSON object.

    Raises:
        InvalidRequest: names the first value that JSON cannot express.
    """
    for name, value in values.items():
        _check_json(name, value)
    return json.dumps(values).encode()


def _check_json(name: str, value: object) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InvalidRequest(
            f"The value of {name} cannot be sent.",
            field=name,
            value=repr(value),
            allowed="a text, a finite number, true, false, null, or a list or object of them",
        ) from None
