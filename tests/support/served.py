"""A real server round a service, in a thread of the test's own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from inkcloud.replica.draining_server import DrainingServer
from inkcloud.replica.service_host import ServiceHost
from inkcloud.services.service import Service
from support.waiting import wait_until

PATIENCE = 20.0


class Served:
    """A service behind a real socket."""

    def __init__(self, service: Service, grace_seconds: float = 10.0) -> None:
        self.host = ServiceHost(service)
        self.server = DrainingServer(self.host, grace_seconds)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.run, args=([self._listener],))
        self.http = httpx2.Client(base_url=self.address, timeout=PATIENCE, trust_env=False)

    def wait_until(self, status: str) -> None:
        """Ask the health check until it gives this status."""
        wait_until(lambda: self.http.get("/healthcheck").json()["status"] == status)

    def raw_request(self, path: str, body: bytes = b"{}") -> socket.socket:
        """Send a POST and leave the connection open, its answer unread."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return connection


@contextmanager
def served(service: Service, *, ready: bool = True) -> Iterator[Served]:
    """Serve a service while the block runs."""
    server = Served(service)
    server.thread.start()
    try:
        if ready:
            server.wait_until("RUNNING")
        yield server
    finally:
        server.server.abandon()
        server.thread.join(PATIENCE)
        server.http.close()
