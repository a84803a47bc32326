"""The gateway's HTTP server as one of the parts of `inkcloud up`."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

from fastapi import FastAPI

from inkcloud.gateway.serve import GatewayServer


class GatewayTask:
    """Serves the gateway on this event loop until it is stopped.

    Args:
        app: the gateway.
        listener: a bound socket, which the server closes in the end.
    """

    def __init__(self, app: FastAPI, listener: socket.socket) -> None:
        self._ready = asyncio.Event()
        self._server = _SilentServer(app, self._ready.set)
        self._listener = listener
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once it answers.

        Raises:
            RuntimeError: if it ends before.
        """
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task
            message = "The gateway ended while it started."
            raise RuntimeError(message)

    async def ended(self) -> None:
        """Return, or raise what ended it, if it ends by itself."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Take no more requests, let those at work end, and return."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _SilentServer(GatewayServer):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone: `inkcloud up` stops its parts in order."""
        yield
