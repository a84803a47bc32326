"""The threads in which a service's plain methods run."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from inkcloud.domain.endpoint import CONCURRENCY

Result = TypeVar("Result")


class ServiceExitError(Exception):
    """The service's code called `sys.exit`, which ends nothing here but its own call."""


class WorkerThreads:
    """Runs plain functions without holding up the server's loop.

    Args:
        one_by_one: whether everything runs in one thread, in order: a class written for
            OctoAI never saw two requests at once, nor another thread than `setup` had.
    """

    def __init__(self, *, one_by_one: bool) -> None:
        most = 1 if one_by_one else CONCURRENCY[1]
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="service")

    async def run(self, function: Callable[[], Result]) -> Result:
        """Run a function and return its result.

        A thread cannot be stopped: when this is cancelled, its result is dropped.
        """
        return await asyncio.wrap_future(self._submit(function))

    async def iterate(self, items: Iterator[Any]) -> AsyncGenerator[Any, None]:
        """Yield what an iterator yields; all of it runs in one thread.

        The iterator is at most one item ahead. When this is closed, it ends at its next
        item, and is closed in its own thread.
        """
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[Any] | None] = asyncio.Queue()
        slots, over = threading.Semaphore(1), threading.Event()

        def drive() -> None:
            try:
                for item in items:
                    slots.acquire()
                    if over.is_set():
                        return
                    loop.call_soon_threadsafe(arrived.put_nowait, (item,))
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()

        driver = asyncio.wrap_future(self._submit(drive))
        driver.add_done_callback(lambda _: arrived.put_nowait(None))
        try:
            while (item := await arrived.get()) is not None:
                yield item[0]
                slots.release()
            await driver
        finally:
            over.set()
            slots.release()
            driver.cancel()

    def close(self) -> None:
        """Take no more work, and wait for none."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, function: Callable[[], Result]) -> Any:  # noqa: ANN401 - a Future
        context = contextvars.copy_context()
        return self._pool.submit(partial(context.run, _without_exit, function))


def _without_exit(function: Callable[[], Result]) -> Result:
    try:
        return function()
    except SystemExit as error:
        message = f"The service called sys.exit({error.code!r})."
        raise ServiceExitError(message) from error
