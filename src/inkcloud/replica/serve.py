"""Serves one service in the foreground, until it is told to stop."""

import socket
from collections.abc import Callable

from inkcloud.replica.draining_server import DrainingServer
from inkcloud.replica.service_host import ServiceHost

OK = 0
SETUP_FAILED = 1


def serve(
    host: ServiceHost,
    listener: socket.socket,
    *,
    grace_seconds: float,
    token: str | None = None,
    on_server: Callable[[DrainingServer], None] | None = None,
) -> int:
    """Serve a service and return 0, or 1 if its setup failed; `host.failure` says why.

    Args:
        host: the service's host.
        listener: a bound socket.
        grace_seconds: how long requests at work may take after the first signal.
        token: what requests must carry; without one, they must come from this machine.
        on_server: is told of the server before it runs.
    """
    server = DrainingServer(host, grace_seconds, token)
    if on_server is not None:
        on_server(server)
    server.run(sockets=[listener])
    return OK if host.failure is None else SETUP_FAILED


def listen(address: str, port: int) -> socket.socket:
    """Return a socket that is bound and listens; port 0 is any free one.

    Raises:
        OSError: if the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Reopened by its number so that Python learns its protocol: asyncio turns Nagle's delay
    # off only where it knows that it has TCP.
    created = socket.create_server((address, port), family=family)
    return socket.socket(fileno=created.detach())
