"""`inkcloud up`: the one place where all parts are put together."""

import asyncio
import socket
from contextlib import AsyncExitStack, ExitStack, closing

import inkcloud
from inkcloud.bootstrap.announce import Announcer, curl_line
from inkcloud.bootstrap.data_lock import DataLock
from inkcloud.bootstrap.first_endpoint import keep_first_endpoint
from inkcloud.bootstrap.first_preparation import FirstPreparation, Shown
from inkcloud.bootstrap.gateway_task import GatewayTask
from inkcloud.bootstrap.housekeeping import Housekeeping
from inkcloud.bootstrap.logs import log_to
from inkcloud.bootstrap.playground_process import PlaygroundProcess
from inkcloud.bootstrap.ports import take_port
from inkcloud.bootstrap.settings import ENDPOINT, UpSettings
from inkcloud.bootstrap.stop_signal import StopSignal
from inkcloud.checkpoints.backends.prepared_folder import PREPARED
from inkcloud.checkpoints.locate import find_model
from inkcloud.control.endpoints import Endpoints
from inkcloud.control.events import Events
from inkcloud.control.generations import Generations
from inkcloud.control.history import History
from inkcloud.control.jobs import Jobs
from inkcloud.control.model_watch import ModelWatch
from inkcloud.control.models import Models
from inkcloud.control.ports import ReplicaState
from inkcloud.control.presets import Presets
from inkcloud.control.service_client import ServiceClient
from inkcloud.control.templates import Templates
from inkcloud.control.tokens import Tokens
from inkcloud.domain.access import ALL_SCOPES, Scope
from inkcloud.domain.errors import Unavailable
from inkcloud.gateway.app import create_app
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.settings import Settings
from inkcloud.models.places import MODELS
from inkcloud.models.store import ModelStore
from inkcloud.models.work import work
from inkcloud.runtimes.local import LocalRuntime
from inkcloud.runtimes.replica_event import ReplicaEvent, ReplicaEventKind
from inkcloud.services.catalogue import TEMPLATES
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.presets import PresetTable
from inkcloud.storage.sweeper import Sweeper
from inkcloud.storage.thumbnails import ThumbnailStore
from inkcloud.storage.tokens import TokenTable

TOKEN_FILE = "token"
# On its own machine, whoever opens the page acts with its token: so it cannot deploy code,
# which would let any local user run programs as the one who started Inkcloud.
PAGE_TOKEN_FILE = "playground-token"
PAGE_SECRETS_FILE = "playground-secrets.toml"
PAGE_SCOPES = ALL_SCOPES - {Scope.DEPLOY_CODE}


def run(settings: UpSettings, shown: Shown) -> None:
    """Start everything, say where it is, and return after SIGINT or SIGTERM.

    Args:
        settings: the options.
        shown: shows the stages of preparing the built-in model.

    Raises:
        InkcloudError: if something cannot be started; then nothing is left running.
    """
    store = ModelStore(settings.data_dir / MODELS)
    model = _model(settings.model, store)
    with ExitStack() as stack:
        lock = DataLock(settings.data_dir)
        stack.callback(lock.release)
        gateway = stack.enter_context(closing(take_port(settings.host, settings.port, "--port")))
        playground_port = _free_playground_port(settings)
        asyncio.run(_Inkcloud(settings, store, model, gateway, playground_port).run(shown))


class _Inkcloud:
    """The running parts."""

    def __init__(
        self,
        settings: UpSettings,
        store: ModelStore,
        model: str,
        listener: socket.socket,
        playground_port: int,
    ) -> None:
        self._settings = settings
        self._store = store
        self._announcer = Announcer()
        self._listener = listener
        self._port: int = listener.getsockname()[1]
        self._token_file = settings.data_dir / TOKEN_FILE
        self._logs = log_to(settings.data_dir / "logs").parent
        self._stopping = False
        self._has_been_ready = False
        self._first_failure = asyncio.Event()
        self._reason = ""
        self._model = model
        self._events: Events | None = None
        self._images = ImageStore(settings.data_dir)
        self._thumbnails = ThumbnailStore(settings.data_dir)
        self._runtime = LocalRuntime(
            self._logs,
            models=store.folder,
            prepared=settings.data_dir / PREPARED,
            on_event=self._note,
        )
        self._playground = PlaygroundProcess(
            host=settings.host,
            port=playground_port,
            environment={
                "INKCLOUD_URL": settings.address(self._port),
                "INKCLOUD_ENDPOINT": ENDPOINT,
                "INKCLOUD_TOKEN_FILE": str(settings.data_dir / PAGE_TOKEN_FILE),
            },
            secrets=settings.data_dir / PAGE_SECRETS_FILE,
            log=self._logs / "playground.log",
            report=self._announcer.say,
        )
        self._playground_port = playground_port

    async def run(self, shown: Shown) -> None:
        """Start, announce, wait for a signal, stop."""
        stop = StopSignal(before_force=self._playground.kill)
        stop.install()
        self._announcer.say(
            f"Inkcloud {inkcloud.__version__} is starting. "
            f"Its data and logs are in {self._settings.data_dir}."
        )
        async with AsyncExitStack() as stack:
            stack.callback(self._announcer.say, "Inkcloud has stopped.")
            if not await self._prepare(shown, stop):
                return
            gateway = await self._start(stack)
            stack.callback(self._say_stopping)
            ends = {
                asyncio.create_task(stop.wait()),
                asyncio.create_task(gateway.ended()),
                asyncio.create_task(self._announce()),
                asyncio.create_task(self._raise_first_failure()),
            }
            await _first_end(ends)

    async def _prepare(self, shown: Shown, stop: StopSignal) -> bool:
        """Prepare the built-in model if it never was here; return whether to go on."""
        preparation = FirstPreparation(self._settings, self._logs / "prepare.log")
        if not preparation.needed():
            return True
        self._announcer.say(_PREPARING)
        work = asyncio.create_task(preparation.run(shown))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        goes_on = not stopped.done()
        work.cancel()
        stopped.cancel()
        await asyncio.wait({work, stopped})
        if goes_on:
            self._announcer.say(work.result())
        return goes_on

    async def _start(self, stack: AsyncExitStack) -> GatewayTask:
        settings = self._settings
        database = self._open_database()
        stack.callback(database.close)
        table = EndpointTable(database)
        self._endpoint = keep_first_endpoint(table, settings, self._model)
        tokens = Tokens(TokenTable(database))
        self._say_token(tokens)
        jobs, images, thumbnails = JobTable(database), self._images, self._thumbnails
        pictures, told = HistoryTable(database), EventTable(database)
        events = self._events = Events(told)
        stack.push_async_callback(events.close)
        stack.push_async_callback(self._runtime.stop)
        endpoints = Endpoints(table, self._runtime)
        watch = ModelWatch(self._store, endpoints, self._runtime)
        stack.push_async_callback(watch.stop)
        await watch.start()  # before the replicas: what they load is what it remembers
        await endpoints.start_all()
        services = ServiceClient(self._runtime)
        housekeeping = Housekeeping(Sweeper(jobs, pictures, images, thumbnails, told))
        stack.push_async_callback(housekeeping.stop)
        housekeeping.start()
        app = create_app(
            Parts(
                settings=Settings.for_listener(settings.host),
                generations=Generations(jobs, images, self._runtime),
                history=History(pictures, images, thumbnails),
                jobs=Jobs(jobs, services),
                services=services,
                endpoints=endpoints,
                templates=Templates(TEMPLATES),
                models=Models(self._store, endpoints, watch, work),
                presets=Presets(PresetTable(database)),
                tokens=tokens,
                events=events,
                replicas=self._runtime,
            )
        )
        if settings.playground:
            stack.push_async_callback(self._playground.stop)
            await self._playground.start()
        gateway = GatewayTask(app, self._listener)
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        return gateway

    def _open_database(self) -> Database:
        """Open the database; another gateway must not work on it at the same time."""
        if self._settings.database is None:
            return Database.in_folder(self._settings.data_dir)
        database = Database(self._settings.database)
        try:
            database.reserve()
        except BaseException:
            database.close()
            raise
        return database

    async def _announce(self) -> None:
        """Say what is ready as it gets ready, then rest for ever."""
        settings = self._settings
        predict = f"{settings.address(self._port)}/endpoints/{ENDPOINT}/predict"
        resting = self._runtime.state(ENDPOINT) in {ReplicaState.PAUSED, ReplicaState.IDLE}
        if not resting:
            await self._runtime.address(ENDPOINT)
        self._announcer.fact("Endpoint", predict)
        if self._endpoint.paused:
            self._announcer.say(_PAUSED)
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
        token = tokens.kept(self._token_file)
        tokens.kept(self._settings.data_dir / PAGE_TOKEN_FILE, "playground", PAGE_SCOPES)
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
        """Keep an event; tell the person of a replica that ended by itself or was killed."""
        if self._events is not None:
            self._events.note(event.endpoint, event.replica, event.kind.value, event.text, event.at)
        ours = event.endpoint == ENDPOINT
        if ours and event.kind is ReplicaEventKind.READY:
            self._has_been_ready = True
        if self._stopping or event.kind not in {ReplicaEventKind.EXITED, ReplicaEventKind.KILLED}:
            return
        log = self._logs / f"{event.replica}.log"
        if ours and not self._has_been_ready and (event.code or 0) > 0:
            self._reason = event.reason or f"Its log is {log}."
            self._first_failure.set()
            return
        reason = f": {event.reason}" if event.reason else ""
        whose = "A replica" if ours else f"A replica of the endpoint {event.endpoint}"
        self._announcer.say(f"{whose} stopped{reason}. It is started again; its log is {log}.")

    def _say_stopping(self) -> None:
        self._stopping = True
        self._announcer.say("Stopping. A second Ctrl-C stops at once.")


_PREPARING = (
    "Finding out what draws the built-in model fastest on this machine: once, about a minute. "
    "--no-prepare starts without."
)
_PAUSED = (
    f"The endpoint {ENDPOINT} is paused, as it was left. "
    f"Start it with: inkcloud endpoints start {ENDPOINT}"
)
_OPEN_TO_THE_NETWORK = (
    "Other machines can reach this one: the endpoint asks them for the token, "
    f"the playground lets everybody in, unless {PAGE_SECRETS_FILE} has them sign in."
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


def _model(model: str, store: ModelStore) -> str:
    """Return a model's name that means the same in every folder."""
    return model if store.has(model) else str(find_model(model, store).path)


def _free_playground_port(settings: UpSettings) -> int:
    if not settings.playground:
        return settings.playground_port
    with closing(
        take_port(settings.host, settings.playground_port, "--playground-port")
    ) as listener:
        port: int = listener.getsockname()[1]
        return port
