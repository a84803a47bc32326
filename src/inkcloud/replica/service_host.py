"""The one place that holds a service, its state and the count of requests at work."""

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from anyio import to_thread

from inkcloud.replica.call import Call
from inkcloud.replica.find_methods import find_methods, overrides
from inkcloud.replica.method import Method
from inkcloud.replica.octoai_names import is_octoai
from inkcloud.replica.state import ReplicaState
from inkcloud.replica.stored_assets import name_volume, store_assets_once
from inkcloud.replica.worker_threads import WorkerThreads
from inkcloud.services.service import Service

_log = logging.getLogger(__name__)


class NotRunningError(Exception):
    """A request came while the service was not ready for it.

    Args:
        state: where the replica stood.
    """

    def __init__(self, state: ReplicaState) -> None:
        super().__init__(f"The replica is {state}.")
        self.state = state


class ServiceHost:
    """Carries a service through its life; all methods belong to the server's loop.

    Args:
        service: an instance that is not yet set up.

    Raises:
        InvalidRequest: if one of its methods cannot be served.
    """

    def __init__(self, service: object) -> None:
        self.service = service
        self.methods = find_methods(service)
        self.state = ReplicaState.UNINITIALIZED
        self.failure: BaseException | None = None
        self._at_work = 0
        self._threads = WorkerThreads(one_by_one=is_octoai(type(service)))

    @property
    def idle(self) -> bool:
        """Whether no request is at work."""
        return self._at_work == 0

    async def setup(self) -> None:
        """Run the service's hooks up to `setup`; an error is logged and kept in `failure`."""
        self.state = ReplicaState.LAUNCH_PREDICT_LOOP
        try:
            if overrides(self.service, "store_assets"):
                await to_thread.run_sync(self._store_assets, abandon_on_cancel=True)
            await self._run("on_server_startup", self._beside)
            self._move_on(ReplicaState.LAUNCH_PREDICT_LOOP, ReplicaState.SETUP_SERVICE)
            await self._run("setup", self._threads.run)
        except Exception as error:
            _log.exception("The service's setup failed.")
            self.failure = error
            self.state = ReplicaState.STOPPED
            return
        self._move_on(ReplicaState.SETUP_SERVICE, ReplicaState.RUNNING)

    def begin_shutdown(self) -> None:
        """Take no more requests; those at work go on."""
        if self.state is not ReplicaState.STOPPED:
            self.state = ReplicaState.SHUTTING_DOWN

    async def shutdown(self, *, was_set_up: bool) -> None:
        """Let the service go of what it took; its error is logged.

        Args:
            was_set_up: whether `setup` came to its end; if not, there is nothing to let go.
        """
        self.begin_shutdown()
        if was_set_up and self.failure is None:
            # Beside the service's own threads: one may hang in work that nobody waits for.
            for hook in ("on_server_shutdown", "shutdown"):
                try:
                    await self._run(hook, self._beside)
                except Exception:
                    _log.exception("The service's %s failed.", hook)
        self._threads.close()
        self.state = ReplicaState.STOPPED

    @contextmanager
    def work(self) -> Iterator[None]:
        """Count a request as at work.

        Raises:
            NotRunningError: if the service is not ready, or no longer.
        """
        if self.state is not ReplicaState.RUNNING:
            raise NotRunningError(self.state)
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    def call(self, method: Method, arguments: dict[str, Any]) -> Call:
        """Return one call of a method, which is not begun yet.

        Args:
            method: one of `methods`.
            arguments: its arguments, checked.
        """
        return Call(self._threads, method, arguments)

    async def facts(self) -> dict[str, Any]:
        """Return the service's facts."""
        if not isinstance(self.service, Service):
            return {}
        return await to_thread.run_sync(self.service.facts)

    async def metrics(self) -> str:
        """Return the service's figures in Prometheus' text form."""
        if not isinstance(self.service, Service):
            return ""
        return await to_thread.run_sync(self.service.metrics)

    def _store_assets(self) -> None:
        kind = type(self.service)
        name = f"{kind.__module__}:{kind.__name__}"
        name_volume(name)
        store_assets_once(getattr(self.service, "store_assets"), name)  # noqa: B009 - any class

    def _move_on(self, before: ReplicaState, after: ReplicaState) -> None:
        if self.state is before:  # it may have been told to stop meanwhile
            self.state = after
            _log.info("%s is %s.", type(self.service).__name__, after)

    async def _run(self, hook: str, where: Callable[[Callable[[], Any]], Any]) -> None:
        """Run a hook if the service has it; OctoAI's services have no `shutdown`."""
        if hook == "shutdown" and is_octoai(type(self.service)):
            return
        function = getattr(self.service, hook, None)
        if not callable(function):
            return
        if inspect.iscoroutinefunction(function):
            await function()
        else:
            await where(function)

    async def _beside(self, function: Callable[[], Any]) -> None:
        await to_thread.run_sync(function, abandon_on_cancel=True)
