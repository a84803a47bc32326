"""A real gateway on loopback, in a thread of the test's own process, before stub replicas."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.generations import Generations, QueueLimits
from inkcloud.control.ports import Replicas
from inkcloud.control.tokens import Tokens
from inkcloud.domain.endpoint import Endpoint
from inkcloud.gateway.app import create_app
from inkcloud.gateway.serve import GatewayServer
from inkcloud.gateway.settings import Settings
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.tokens import TokenTable

PATIENCE = 20.0


class RunningGateway:
    """A gateway with a public endpoint "open" and a private one "shut".

    Attributes:
        app: the app.
        token: a valid token.
        http: a client without a token.
    """

    def __init__(
        self,
        folder: Path,
        replicas: Replicas,
        settings: Settings | None = None,
        limits: QueueLimits | None = None,
    ) -> None:
        self.database = Database.in_folder(folder)
        self.jobs = JobTable(self.database)
        table = EndpointTable(self.database)
        table.save(Endpoint(name="open", service="stub:Stub", public=True))
        table.save(Endpoint(name="shut", service="stub:Stub", public=False))
        tokens = Tokens(TokenTable(self.database))
        self.token = tokens.create("test")
        self.app = create_app(
            settings=settings or Settings(),
            generations=Generations(self.jobs, ImageStore(folder), replicas, limits),
            endpoints=Endpoints(table, replicas),
            tokens=tokens,
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        ready = threading.Event()
        self.server = GatewayServer(self.app, ready.set)
        self._thread = threading.Thread(target=self.server.run, args=([self._listener],))
        self.http = httpx2.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)
        self._ready = ready

    def __enter__(self) -> "RunningGateway":
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            message = "The gateway did not start."
            raise RuntimeError(message)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self.http.close()
        self.database.close()

    def stop(self) -> None:
        """Stop as a signal does, and wait for the end."""
        self.server.should_exit = True
        self._thread.join(PATIENCE)

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def submit(self, prompt: str, endpoint: str = "open", **parameters: Any) -> dict[str, Any]:
        """Submit natively and return the view."""
        answer = self.http.post(
            f"/endpoints/{endpoint}/generations",
            json={"prompt": prompt, **parameters},
            headers=self.authorization,
        )
        if answer.status_code != 202:
            message = f"{answer.status_code}: {answer.text}"
            raise RuntimeError(message)
        view: dict[str, Any] = answer.json()
        return view

    def path(self, view: dict[str, Any]) -> str:
        return f"/endpoints/{view['endpoint']}/generations/{view['id']}"

    def get(self, view: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(self.path(view), headers=self.authorization).json()
        return found

    def ended(self, view: dict[str, Any]) -> dict[str, Any]:
        """Follow a generation to its end and return the view."""
        with self.http.stream(
            "GET", self.path(view) + "/events", headers=self.authorization
        ) as stream:
            for _ in stream.iter_lines():
                pass
        return self.get(view)
