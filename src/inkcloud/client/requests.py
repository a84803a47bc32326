"""Every request that a client can make, built alike for the sync and the async sender."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from inkcloud.client.target import Target
from inkcloud.domain.errors import InvalidRequest

# Connecting is quick or hopeless; a gateway that is busy drawing may take its time.
TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
# A stream may rest for as long as one step of a large model takes, or the queue is long.
STREAM_TIMEOUT = httpx2.Timeout(60.0, connect=5.0, read=None)


@dataclass(frozen=True)
class Call:
    """One HTTP request, to be sent by either sender."""

    method: str
    url: str
    content: bytes | None = None
    params: dict[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """Return what httpx2 takes besides the method and the address."""
        headers = {} if self.content is None else {"Content-Type": "application/json"}
        return {"content": self.content, "params": self.params, "headers": headers}


class Requests:
    """Builds calls to one endpoint of a gateway.

    Args:
        target: the gateway and the endpoint.
    """

    def __init__(self, target: Target) -> None:
        self._gateway = target.base_url
        self._endpoint = f"{target.base_url}/endpoints/{_part(target.endpoint)}"
        self._generations = f"{self._endpoint}/generations"

    def submit(self, prompt: str, tag: str, parameters: dict[str, Any]) -> Call:
        """Hand in a generation.

        Raises:
            InvalidRequest: names the first parameter that JSON cannot express.
        """
        body = {"prompt": prompt, **({"tag": tag} if tag else {}), **parameters}
        for name, value in body.items():
            _check_json(name, value)
        return Call("POST", self._generations, json.dumps(body).encode())

    def get(self, generation: str) -> Call:
        """Look a generation up."""
        return Call("GET", self._one(generation))

    def list(self, tag_prefix: str, limit: int) -> Call:
        """List the newest generations."""
        params = {"tag_prefix": tag_prefix, "limit": str(limit)}
        return Call("GET", self._generations, params=params)

    def follow(self, generation: str) -> Call:
        """Follow a generation's events."""
        return Call("GET", self._one(generation) + "/events")

    def cancel(self, generation: str) -> Call:
        """Stop a generation."""
        return Call("DELETE", self._one(generation))

    def image(self, generation: str, index: int) -> Call:
        """Fetch a finished picture."""
        return Call("GET", f"{self._one(generation)}/images/{index}")

    def preview(self, generation: str, index: int) -> Call:
        """Fetch the latest preview of a picture."""
        return Call("GET", f"{self._one(generation)}/preview/{index}")

    def endpoint_info(self) -> Call:
        """Ask for the endpoint's facts."""
        return Call("GET", self._endpoint)

    def healthcheck(self) -> Call:
        """Ask whether the gateway can answer requests."""
        return Call("GET", f"{self._gateway}/healthcheck")

    def _one(self, generation: str) -> str:
        return f"{self._generations}/{_part(generation)}"


def _part(text: str) -> str:
    """Return a text as one part of a path, so that it cannot name another address."""
    return quote(text, safe="").replace(".", "%2E")


def _check_json(name: str, value: object) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InvalidRequest(
            f"The value of {name} cannot be sent.",
            field=name,
            value=repr(value),
            allowed="a text, a finite number or null",
        ) from None
