"""A uvicorn server that finishes the requests at work before it closes its doors."""

import time
from types import FrameType

import uvicorn

from inkcloud.replica.server import create_app_of
from inkcloud.replica.service_host import ServiceHost


class DrainingServer(uvicorn.Server):
    """Serves a service's host until a signal comes or its setup fails.

    uvicorn alone stops listening at once. This one first goes on answering the health
    check, with SHUTTING_DOWN, and refuses new work with 503, so that whoever routes
    requests can tell a replica that leaves from one that is lost.

    Args:
        host: the service's host.
        grace_seconds: how long requests at work may take after the signal.
        token: what requests must carry; without one, they must come from this machine.
    """

    def __init__(self, host: ServiceHost, grace_seconds: float, token: str | None = None) -> None:
        config = uvicorn.Config(
            create_app_of(host, token),
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._host = host
        self._grace_seconds = grace_seconds
        self._deadline: float | None = None

    def drain(self) -> None:
        """Take no more requests, and end when those at work are done or out of grace."""
        self._host.begin_shutdown()
        if self._deadline is None:
            self._deadline = time.monotonic() + self._grace_seconds

    def abandon(self) -> None:
        """End now; the requests at work are cancelled."""
        self._host.begin_shutdown()
        self._deadline = time.monotonic()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, end at the second."""
        if self._deadline is None:
            self.drain()
        else:
            self.abandon()

    async def on_tick(self, counter: int) -> bool:
        """Say whether to leave uvicorn's main loop; it asks ten times a second."""
        if self._host.failure is not None:
            self.should_exit = True
        if self._deadline is not None:
            self.should_exit = self._host.idle or time.monotonic() >= self._deadline
        return await super().on_tick(counter)
