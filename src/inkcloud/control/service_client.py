"""Passes a caller's request on to a replica, and its answer back as it comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2

from inkcloud.control.ports import Replicas, ReplicaState
from inkcloud.control.replica_client import CONNECT_SECONDS, ReplicaNotReadyError
from inkcloud.control.service_call import ServiceCall
from inkcloud.domain.errors import ReplicaLost, Unavailable

READY_SECONDS = 300.0
PAUSE_SECONDS = 0.1
_LOST = "The replica stopped while it held the work."
_NOT_RUNNING = {
    "UNINITIALIZED",
    "LAUNCH_PREDICT_LOOP",
    "SETUP_SERVICE",
    "SHUTTING_DOWN",
    "STOPPED",
}


class ServiceClient:
    """Asks any endpoint's service anything.

    A request that a replica has not taken goes to another; one that a replica may have
    taken is never sent twice, for a service may be anybody's code, with effects of its own.

    Args:
        replicas: where the replicas are.
    """

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas
        # As for generations: no connection is kept, and reading has no time limit.
        self._http = httpx2.AsyncClient(
            trust_env=False,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    @asynccontextmanager
    async def answer(
        self,
        endpoint: str,
        call: ServiceCall,
        tell_position: Callable[[int], None] | None = None,
        tell_sent: Callable[[], None] | None = None,
        *,
        through_pause: bool = False,
    ) -> AsyncIterator[httpx2.Response]:
        """Lend the answer to a call, its head read and its body not yet.

        The place at the replica is held until the block is left, which also ends a call
        that is still at work.

        Args:
            endpoint: the endpoint's name.
            call: what to ask.
            tell_position: called with the number of requests ahead, while this one waits.
            tell_sent: called when a replica is asked.
            through_pause: wait while the endpoint is paused.

        Raises:
            NotFound, Conflict, Unavailable: as `Replicas.lease` does.
            ReplicaLost: if the connection breaks once the replica may have taken the call,
                also while the block reads the answer.
        """
        clock = asyncio.get_running_loop().time
        give_up = None
        again = False
        while True:
            async with AsyncExitStack() as stack:
                lease = self._replicas.lease(
                    endpoint, tell_position, again=again, through_pause=through_pause
                )
                address = await stack.enter_async_context(lease)
                give_up = give_up or clock() + READY_SECONDS
                if tell_sent is not None:
                    tell_sent()
                try:
                    response = await self._send(address, call)
                except ReplicaNotReadyError:
                    if self.paused(endpoint):
                        give_up = None  # its replicas have been stopped, not failed
                    elif clock() >= give_up:
                        raise Unavailable("No replica took the work. Try again later.") from None
                else:
                    await stack.enter_async_context(_reading(response))
                    yield response
                    return
            again = True
            await asyncio.sleep(PAUSE_SECONDS)

    def paused(self, endpoint: str) -> bool:
        """Say whether an endpoint is paused."""
        return self._replicas.state(endpoint) is ReplicaState.PAUSED

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _send(self, address: str, call: ServiceCall) -> httpx2.Response:
        request = httpx2.Request(
            call.method,
            httpx2.URL(address).copy_with(raw_path=call.target.encode("ascii")),
            headers=[*call.headers],
            content=call.body,
        )
        try:
            response = await self._http.send(request, stream=True)
            if response.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
                await _look_whether_running(response)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise ReplicaNotReadyError(address) from error
        except httpx2.TransportError as error:
            raise ReplicaLost(_LOST) from error
        return response


@asynccontextmanager
async def _reading(response: httpx2.Response) -> AsyncIterator[None]:
    try:
        yield
    except httpx2.TransportError as error:
        raise ReplicaLost(_LOST) from error
    finally:
        await response.aclose()


async def _look_whether_running(response: httpx2.Response) -> None:
    """Read a refusal; tell one of the replica, which took nothing, from one of the service.

    Raises:
        ReplicaNotReadyError: if it is the replica's.
    """
    try:
        data = json.loads(await response.aread())
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict) and data.get("status") in _NOT_RUNNING:
        raise ReplicaNotReadyError(str(data["status"]))
