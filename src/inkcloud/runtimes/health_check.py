"""Asks a replica whether it is ready."""

import asyncio
from dataclasses import dataclass

import httpx2

_SHUTTING_DOWN = "SHUTTING_DOWN"


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a replica has answered.

    Attributes:
        ready: whether it takes requests: it answered 200.
        leaving: whether it was told to stop and will end by itself.
    """

    ready: bool
    leaving: bool = False


class HealthCheck:
    """Asks one process.

    Args:
        address: its base URL.
        path: where it says whether it is ready.
    """

    def __init__(self, address: str, path: str) -> None:
        # Proxy settings are for the world outside, never for this machine's own replicas.
        self._http = httpx2.AsyncClient(base_url=address, trust_env=False)
        self._path = path

    async def ask(self, seconds: float) -> Health | None:
        """Return what it answers, or None if it does not answer in time or at all."""
        try:
            async with asyncio.timeout(seconds):
                answer = await self._http.get(self._path, timeout=None)
        except (httpx2.HTTPError, TimeoutError):
            return None
        if answer.status_code == httpx2.codes.OK:
            return Health(ready=True)
        return Health(ready=False, leaving=_status(answer) == _SHUTTING_DOWN)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _status(answer: httpx2.Response) -> object:
    try:
        data = answer.json()
    except ValueError:
        return None
    return data.get("status") if isinstance(data, dict) else None
