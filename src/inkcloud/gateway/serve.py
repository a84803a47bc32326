"""The gateway's server."""

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from inkcloud.gateway.parts import Parts

GRACE_SECONDS = 5


class GatewayServer(uvicorn.Server):
    """A uvicorn server that lets followers of event streams go before it waits for requests.

    Args:
        app: what `create_app` returned.
        on_ready: called once requests are answered.
    """

    def __init__(self, app: FastAPI, on_ready: Callable[[], None] | None = None) -> None:
        config = uvicorn.Config(
            app,
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._parts: Parts = app.state.parts
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets and [_with_protocol(listener) for listener in sockets])
        if self.started and self._on_ready is not None:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more work, let the followers go, and end."""
        self._parts.drain()
        await super().shutdown(sockets)


def serve(
    app: FastAPI, listener: socket.socket, on_ready: Callable[[], None] | None = None
) -> None:
    """Serve the app until SIGINT or SIGTERM.

    Args:
        app: what `create_app` returned.
        listener: a bound TCP socket; it is closed at the end.
        on_ready: called once requests are answered.
    """
    GatewayServer(app, on_ready).run(sockets=[listener])


def _with_protocol(listener: socket.socket) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where a socket names its protocol; with it,
    # each answer would wait 40 ms for the caller's acknowledgement of its head.
    return socket.socket(fileno=listener.detach())
