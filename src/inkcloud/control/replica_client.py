"""What the gateway says to a replica, over HTTP."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2

from inkcloud.domain.errors import InkcloudError, ReplicaLost, Unavailable

CONNECT_SECONDS = 10.0
FACTS_SECONDS = 5.0
_DATA = "data: "
_END = "[DONE]"


class ReplicaNotReadyError(Exception):
    """The replica refuses work for now: it starts, stops, or is not there yet."""


class ReplicaClient:
    """Speaks the replica's contract; every request has a connection of its own.

    A connection kept from before may lead to a replica that has died since, and a stream
    may rest for as long as one step of a large model takes: so nothing is pooled and
    reading has no time limit. A hung replica is the runtime's to kill, which ends the stream.
    """

    def __init__(self) -> None:
        self._http = httpx2.AsyncClient(
            trust_env=False,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def stream(self, address: str, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """Send a request and yield its events; closing the iterator cancels the work.

        Args:
            address: the replica's base URL.
            request: the generation request as plain values.

        Raises:
            ReplicaNotReadyError: if the replica has not taken the work.
            ReplicaLost: if the connection breaks once it may have taken it.
            InkcloudError: what the replica answers in place of a stream.
        """
        try:
            url = f"{address}/stream"
            async with self._http.stream("POST", url, json=request) as response:
                if response.status_code != httpx2.codes.OK:
                    await response.aread()
                    raise _refusal(response)
                async for line in response.aiter_lines():
                    if line == _DATA + _END:
                        return
                    if line.startswith(_DATA):
                        yield _event(line[len(_DATA) :])
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise ReplicaNotReadyError(address) from error
        except httpx2.TransportError as error:
            raise ReplicaLost("The replica broke the connection.") from error

    async def facts(self, address: str) -> dict[str, Any] | None:
        """Return what the replica's service says of itself; None if it cannot be asked."""
        try:
            response = await self._http.get(f"{address}/facts", timeout=FACTS_SECONDS)
            facts = response.json() if response.status_code == httpx2.codes.OK else None
        except (httpx2.TransportError, ValueError):
            return None
        return facts if isinstance(facts, dict) else None

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()


def _event(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise InkcloudError("The service sent an event that cannot be read.")
    return data


def _no_constant(name: str) -> None:
    message = f"{name} is not JSON."
    raise ValueError(message)


def _refusal(response: httpx2.Response) -> Exception:
    try:
        data = response.json()
    except ValueError:
        data = None
    error = InkcloudError.from_dict(data) if isinstance(data, dict) and "code" in data else None
    not_running = error is None or isinstance(error, Unavailable)
    if response.status_code == httpx2.codes.SERVICE_UNAVAILABLE and not_running:
        return ReplicaNotReadyError(response.text[:200])
    if error is not None:
        return error
    return InkcloudError(
        f"The service failed: its replica answered {response.status_code}. Its log says why."
    )
