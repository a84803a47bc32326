"""One call of a service's method, from its arguments to its answer or its stream."""

import asyncio
import inspect
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, suppress
from typing import Any

from starlette.exceptions import HTTPException

from inkcloud.domain.errors import Cancelled, InkcloudError
from inkcloud.domain.event_codec import encode_event
from inkcloud.domain.events import Progress
from inkcloud.replica.media_inputs import unreadable
from inkcloud.replica.method import Method, is_series
from inkcloud.replica.worker_threads import WorkerThreads
from inkcloud.services.progress import REPORT

_AHEAD = 16
_Arrived = asyncio.Queue[tuple[Any] | None]


class Call:
    """Runs a method once, by `answer` or by `events`.

    Args:
        threads: where a plain method runs.
        method: the method.
        arguments: its arguments, checked.
    """

    def __init__(self, threads: WorkerThreads, method: Method, arguments: dict[str, Any]) -> None:
        self._threads = threads
        self._method = method
        self._arguments = arguments
        self._began = self._started = time.perf_counter()
        self._over = False

    async def answer(self) -> dict[str, Any]:
        """Return the answer in its envelope; a series is a list.

        Raises:
            InvalidRequest: if the method fails on a picture that is none.
            Exception: whatever the method raises.
        """
        REPORT.set(lambda _done, _total: self._go_on())
        try:
            return self._envelope(await self._output())
        finally:
            self._over = True

    async def events(self) -> AsyncGenerator[Any, None]:
        """Yield the items of a series, or progress and then the envelope; then it is over.

        Raises:
            InvalidRequest: if the method fails on a picture that is none.
            Exception: whatever the method raises.
        """
        arrived: _Arrived = asyncio.Queue(_AHEAD)
        producer = asyncio.create_task(self._produce(arrived))
        try:
            while (item := await arrived.get()) is not None:
                yield item[0]
            await producer
        finally:
            self._over = True
            producer.cancel()
            await asyncio.gather(producer, return_exceptions=True)

    async def _produce(self, arrived: _Arrived) -> None:
        loop = asyncio.get_running_loop()

        def offer(event: dict[str, Any]) -> None:
            with suppress(asyncio.QueueFull):  # progress is worth no waiting
                arrived.put_nowait((event,))

        def report(done: int, total: int) -> None:
            self._go_on()
            event = encode_event(Progress(done, total, self._seconds_left(done, total)))
            if _is_running(loop):
                offer(event)
            else:
                loop.call_soon_threadsafe(offer, event)

        REPORT.set(report)
        failure: Exception | None = None
        try:
            result = await self._start()
            if isinstance(result, Iterator | AsyncIterator):
                async with aclosing(self._items(result)) as items:
                    async for item in items:
                        await arrived.put((item,))
            else:
                await arrived.put((self._envelope(self._method.output.plain(result)),))
        except Exception as error:
            failure = self._blamed(error)
        # Not in a `finally`: nobody takes it from a queue whose consumer has gone.
        await arrived.put(None)
        if failure is not None:
            raise failure

    async def _output(self) -> object:
        try:
            result = await self._start()
            if isinstance(result, Iterator | AsyncIterator):
                async with aclosing(self._items(result)) as items:
                    return [item async for item in items]
            return self._method.output.plain(result)
        except Exception as error:
            raise self._blamed(error) from error.__cause__

    def _blamed(self, error: Exception) -> Exception:
        """Return the error, or the one for a picture which the method could not read."""
        if isinstance(error, InkcloudError | HTTPException):
            return error
        return unreadable(self._arguments) or error

    async def _start(self) -> object:
        def call() -> object:
            self._started = time.perf_counter()
            return self._method.function(**self._arguments)

        if is_series(self._method.function) or _is_async(self._method):
            result = call()  # which does nothing yet
        else:
            result = await self._threads.run(call)
        return await result if inspect.isawaitable(result) else result

    async def _items(self, series: Iterator[Any] | AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
        items = self._threads.iterate(series) if isinstance(series, Iterator) else series
        try:
            async for item in items:
                yield self._method.output.plain(item)
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()

    def _envelope(self, output: object) -> dict[str, Any]:
        done = time.perf_counter()
        analytics = {
            "inference_time_ms": (done - self._started) * 1000,
            "performance_time_ms": (done - self._began) * 1000,
        }
        return {"output": output, "analytics": analytics}

    def _seconds_left(self, done: int, total: int) -> float | None:
        elapsed = time.perf_counter() - self._started
        return elapsed / done * (total - done) if 0 < done <= total else None

    def _go_on(self) -> None:
        if self._over:
            raise Cancelled("The client has gone.")


def _is_async(method: Method) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(method.function))


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
