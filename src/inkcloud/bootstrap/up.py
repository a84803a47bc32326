"""`inkcloud up`: the one place where all parts are put together."""

import asyncio
import socket
from contextlib import AsyncExitStack, ExitStack, closing

import inkcloud
from inkcloud.bootstrap.announce import Announcer, curl_line
from inkcloud.bootstrap.data_lock import DataLock
from inkcloud.bootstrap.gateway_task import GatewayTask
from inkcloud.bootstrap.logs import log_to
from inkcloud.bootstrap.playground_process import PlaygroundProcess
from inkcloud.bootstrap.ports import take_port
from inkcloud.bootstrap.settings import DEFAULT_MODEL, ENDPOINT, UpSettings
from inkcloud.bootstrap.stop_signal import StopSignal
from inkcloud.checkpoints.locate import locate
from inkcloud.control.endpoints import Endpoints
from inkcloud.control.generations import Generations
from inkcloud.control.tokens import Tokens
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Unavailable
from inkcloud.gateway.app import create_app
from inkcloud.gateway.settings import Settings
from inkcloud.runtimes.local import LocalRuntime
from inkcloud.runtimes.replica_event import ReplicaEvent, ReplicaEventKind
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.tokens import TokenTable

SERVICE = "inkcloud.services.text_to_image:TextToImageService"
TOKEN_FILE = "token"


def run(settings: UpSettings) -> None:
    """Start everything, say where it is, and return after SIGINT or SIGTERM.

    Raises:
        InkcloudError: if something cannot be started; then nothing is left running.
    """
    model = _model(settings.model)
    with ExitStack() as stack:
        lock = DataLock(settings.data_dir)
        stack.callback(lock.release)
        gateway = stack.enter_context(closing(take_port(settings.host, settings.port, "--port")))
        playground_port = _free_playground_port(settings)
        asyncio.run(_Inkcloud(settings, model, gateway, playground_port).run())


class _Inkcloud:
    """The running parts."""

    def __init__(
        self, settings: UpSettings, model: str, listener: socket.socket, playground_port: int
    ) -> None:
        self._settings = settings
        self._announcer = Announcer()
        self._listener = listener
        self._port: int = listener.getsockname()[1]
        self._token_file = settings.data_dir / TOKEN_FILE
        self._logs = log_to(settings.data_dir / "logs").parent
        self._stopping = False
        self._has_been_ready = False
        self._first_failure = asyncio.Event()
        self._reason = ""
        self._endpoint = Endpoint(
            name=ENDPOINT,
            service=SERVICE,
            public=settings.loopback,
            min_replicas=1,
            environment={"INKCLOUD_MODEL": model, "INKCLOUD_DTYPE": settings.dtype},
        )
        self._runtime = LocalRuntime(self._logs, on_event=self._note)
        self._playground = PlaygroundProcess(
            host=settings.host,
            port=playground_port,
            environment={
                "INKCLOUD_URL": settings.address(self._port),
                "INKCLOUD_ENDPOINT": ENDPOINT,
                "INKCLOUD_TOKEN_FILE": str(self._token_file),
            },
            log=self._logs / "playground.log",
            report=self._announcer.say,
        )
        self._playground_port = playground_port

    async def run(self) -> None:
        """Start, announce, wait for a signal, stop."""
        stop = StopSignal(before_force=self._playground.kill)
        stop.install()
        self._announcer.say(
            f"Inkcloud {inkcloud.__version__} is starting. "
            f"Its data and logs are in {self._settings.data_dir}."
        )
        async with AsyncExitStack() as stack:
            stack.callback(self._announcer.say, "Inkcloud has stopped.")
            gateway = await self._start(stack)
            stack.callback(self._say_stopping)
            ends = {
                asyncio.create_task(stop.wait()),
                asyncio.create_task(gateway.ended()),
                asyncio.create_task(self._announce()),
                asyncio.create_task(self._raise_first_failure()),
            }
            await _first_end(ends)

    async def _start(self, stack: AsyncExitStack) -> GatewayTask:
        settings = self._settings
        database = Database.in_folder(settings.data_dir)
        stack.callback(database.close)
        table = EndpointTable(database)
        table.save(self._endpoint)
        tokens = Tokens(TokenTable(database))
        self._say_token(tokens)
        stack.push_async_callback(self._runtime.stop)
        await self._runtime.start(self._endpoint)
        app = create_app(
            settings=Settings.for_listener(settings.host),
            generations=Generations(
                JobTable(database), ImageStore(settings.data_dir), self._runtime
            ),
            endpoints=Endpoints(table, self._runtime),
            tokens=tokens,
        )
        if settings.playground:
            stack.push_async_callback(self._playground.stop)
            await self._playground.start()
        gateway = GatewayTask(app, self._listener)
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        return gateway

    async def _announce(self) -> None:
        """Say what is ready as it gets ready, then rest for ever."""
        settings = self._settings
        predict = f"{settings.address(self._port)}/endpoints/{ENDPOINT}/predict"
        await self._runtime.address(ENDPOINT)
        self._announcer.fact("Endpoint", predict)
        if settings.playground:
            await self._playground.ready()
            self._announcer.fact("Playground", settings.address(self._playground_port))
        if not settings.loopback:
            self._announcer.say(_OPEN_TO_THE_NETWORK)
        self._announcer.say("\nEverything is ready. A picture by curl:\n")
        token_file = None if self._endpoint.public else self._token_file
        self._announcer.say(curl_line(predict, token_file))
        self._announcer.say("\nCtrl-C stops Inkcloud.")
        await asyncio.Event().wait()

    def _say_token(self, tokens: Tokens) -> None:
        known = self._token_file.exists()
        token = tokens.first(self._token_file)
        if known:
            self._announcer.fact("Token", f"kept in {self._token_file}")
        else:
            self._announcer.fact(
                "Token", f"{token} (shown only this once; kept in {self._token_file})"
            )

    async def _raise_first_failure(self) -> None:
        """Wait until the replica cannot even be set up; a person can mend that, not we.

        Raises:
            Unavailable: then.
        """
        await self._first_failure.wait()
        raise Unavailable(f"The endpoint {ENDPOINT} cannot be started. {self._reason}")

    def _note(self, event: ReplicaEvent) -> None:
        """Tell the person of a replica that ended by itself or had to be killed."""
        if event.kind is ReplicaEventKind.READY:
            self._has_been_ready = True
        if self._stopping or event.kind not in {ReplicaEventKind.EXITED, ReplicaEventKind.KILLED}:
            return
        log = self._logs / f"{event.replica}.log"
        if not self._has_been_ready and (event.code or 0) > 0:
            self._reason = event.reason or f"Its log is {log}."
            self._first_failure.set()
            return
        reason = f": {event.reason}" if event.reason else ""
        self._announcer.say(f"A replica stopped{reason}. It is started again; its log is {log}.")

    def _say_stopping(self) -> None:
        self._stopping = True
        self._announcer.say("Stopping. A second Ctrl-C stops at once.")


_OPEN_TO_THE_NETWORK = (
    "Other machines can reach this one: the endpoint asks them for the token, "
    "the playground lets everybody in."
)


async def _first_end(tasks: set[asyncio.Task[None]]) -> None:
    """Return when the first task ends, or raise what ended it."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


def _model(model: str) -> str:
    """Return a model's name that means the same in every folder."""
    folder = locate(model)
    return model if model == DEFAULT_MODEL else str(folder)


def _free_playground_port(settings: UpSettings) -> int:
    if not settings.playground:
        return settings.playground_port
    with closing(
        take_port(settings.host, settings.playground_port, "--playground-port")
    ) as listener:
        port: int = listener.getsockname()[1]
        return port
