"""The one place that holds a service, its state and the count of requests at work."""

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from anyio import to_thread

from inkcloud.domain.errors import NotFound
from inkcloud.replica.inputs import check_inputs
from inkcloud.replica.state import ReplicaState
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
        service: the service, not yet set up.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.state = ReplicaState.UNINITIALIZED
        self.failure: BaseException | None = None
        self._at_work = 0
        self._infer = inspect.signature(service.infer)
        self._stream = inspect.signature(service.stream)

    @property
    def idle(self) -> bool:
        """Whether no request is at work."""
        return self._at_work == 0

    async def setup(self) -> None:
        """Set the service up in a thread; its error is logged and kept in `failure`."""
        self.state = ReplicaState.SETUP_SERVICE
        try:
            await _in_daemon_thread(self.service.setup)
        except (Exception, SystemExit) as error:
            _log.exception("The service's setup failed.")
            self.failure = error
            self.state = ReplicaState.STOPPED
            return
        if self.state is ReplicaState.SETUP_SERVICE:
            self.state = ReplicaState.RUNNING

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
            try:
                await to_thread.run_sync(self.service.shutdown)
            except Exception:
                _log.exception("The service's shutdown failed.")
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

    async def infer(self, inputs: dict[str, Any]) -> object:
        """Let the service answer; a plain `infer` runs in a worker thread.

        Raises:
            InvalidRequest: for an input that `infer` does not have, or one that is missing.
        """
        check_inputs(self._infer, inputs)
        if inspect.iscoroutinefunction(self.service.infer):
            return await self.service.infer(**inputs)
        # A thread cannot be stopped: when the client has gone, its answer is dropped.
        answer = await to_thread.run_sync(
            partial(self.service.infer, **inputs), abandon_on_cancel=True
        )
        return await answer if inspect.isawaitable(answer) else answer

    def stream(self, inputs: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Return the service's events for one request.

        Raises:
            InvalidRequest: for an input that `stream` does not have, or one that is missing.
            NotFound: if the service has no `stream`.
        """
        if type(self.service).stream is Service.stream:
            raise NotFound("This service does not stream; ask it at /infer.")
        check_inputs(self._stream, inputs)
        return self.service.stream(**inputs)

    async def facts(self) -> dict[str, Any]:
        """Return the service's facts."""
        return await to_thread.run_sync(self.service.facts)


async def _in_daemon_thread(function: Callable[[], None]) -> None:
    """Run a function in a thread that does not hold the process back when it ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def report(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            function()
        except BaseException as caught:
            error = caught
        with suppress(RuntimeError):  # the loop is closed: the server has ended before
            loop.call_soon_threadsafe(report, error)

    threading.Thread(target=run, name="service-setup", daemon=True).start()
    await done
