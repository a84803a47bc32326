"""A real gateway on loopback, in a thread of the test's own process, before stub replicas."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.events import Events
from inkcloud.control.generations import Generations, QueueLimits
from inkcloud.control.history import History
from inkcloud.control.jobs import Jobs
from inkcloud.control.model_watch import ModelWatch
from inkcloud.control.models import Models, Work
from inkcloud.control.ports import Replicas
from inkcloud.control.presets import Presets
from inkcloud.control.service_client import ServiceClient
from inkcloud.control.templates import Templates
from inkcloud.control.tokens import Tokens
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.template import Template
from inkcloud.gateway.app import create_app
from inkcloud.gateway.measured import measure
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.serve import GatewayServer
from inkcloud.gateway.settings import Settings
from inkcloud.models.store import ModelStore
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.presets import PresetTable
from inkcloud.storage.thumbnails import ThumbnailStore
from inkcloud.storage.tokens import TokenTable
from support.stub_work import done_at_once
from support.waiting import wait_until

PATIENCE = 20.0
TEMPLATES = (
    Template(
        name="stub",
        title="A stub",
        description="Does what it is told.",
        service="stub:Stub",
        environment={"INKCLOUD_MODEL": "first"},
        example={"prompt": "x"},
    ),
)


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
        work: Work = done_at_once,
    ) -> None:
        self.database = Database.in_folder(folder)
        self.jobs = JobTable(self.database)
        table = EndpointTable(self.database)
        table.save(Endpoint(name="open", service="stub:Stub", public=True))
        table.save(Endpoint(name="shut", service="stub:Stub", public=False))
        tokens = Tokens(TokenTable(self.database))
        self.token, _ = tokens.create("test")
        services = ServiceClient(replicas)
        self.tokens = tokens
        self.store = ModelStore(folder / "models")
        endpoints = Endpoints(table, replicas)
        self.watch = ModelWatch(self.store, endpoints, replicas)
        self.events = Events(EventTable(self.database))
        self.images = ImageStore(folder)
        self.history = HistoryTable(self.database)
        self.parts = Parts(
            settings=settings or Settings(),
            generations=Generations(self.jobs, self.images, replicas, limits),
            history=History(self.history, self.images, ThumbnailStore(folder)),
            jobs=Jobs(self.jobs, services),
            services=services,
            endpoints=endpoints,
            templates=Templates(TEMPLATES),
            models=Models(self.store, endpoints, self.watch, work),
            presets=Presets(PresetTable(self.database)),
            tokens=tokens,
            events=self.events,
            replicas=replicas,
        )
        self.app = create_app(self.parts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        ready = threading.Event()

        def note_ready() -> None:
            self.loop = asyncio.get_running_loop()
            ready.set()

        self.server = GatewayServer(self.app, note_ready)
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

    def operation(self, id: str = "someone/some-model") -> str:
        """Have a model pulled, as the work in it does it, and return the operation's id."""
        answer = self.http.post("/models", json={"id": id}, headers=self.authorization)
        operation: str = answer.json()["id"]
        return operation

    def job(self, endpoint: str = "open", body: dict[str, Any] | None = None) -> str:
        """Have an endpoint called later, wait for the end and return the job's id."""
        answer = self.http.post(
            f"/endpoints/{endpoint}/infer",
            json=body or {},
            headers=self.authorization | {"X-OctoAI-Async": "1"},
        )
        if answer.status_code != 202:
            message = f"{answer.status_code}: {answer.text}"
            raise RuntimeError(message)
        job: str = answer.json()["response_id"]
        self.job_ended(job)
        return job

    def job_ended(self, job: str) -> Any:
        """Wait for a job's end and return the last look at it."""

        def over() -> Any:
            look = self.http.get(f"/jobs/{job}", headers=self.authorization)
            last = look.status_code != 200 or look.json()["status"] == "completed"
            return look if last else None

        return wait_until(over)

    @contextmanager
    def raw(self, request: str, body: dict[str, Any]) -> Iterator[None]:
        """Send a request and hang up at the block's end, its answer unread."""
        content = json.dumps(body).encode()
        head = f"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode() + content)
            yield

    @contextmanager
    def background(self) -> Iterator[Callable[..., "Future[Any]"]]:
        """Lend a way to run functions in threads."""
        with ThreadPoolExecutor() as pool:
            yield pool.submit

    def call_soon(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call something on the gateway's own loop."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def sample(self) -> None:
        """Add a point to every endpoint's series now."""

        async def sample() -> None:
            async with httpx2.AsyncClient(trust_env=False) as http:
                self.app.state.metrics.sample(await measure(self.parts, http))

        asyncio.run_coroutine_threadsafe(sample(), self.loop).result(PATIENCE)

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
