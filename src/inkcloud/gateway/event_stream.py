"""Events as a stream that a browser or a client reads line by line."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from inkcloud.wire import problem

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
KEEP_ALIVE = b": alive\n\n"


async def encode_events(
    events: AsyncGenerator[dict[str, Any]],
    keep_alive_seconds: float,
    stopping: asyncio.Event | None = None,
) -> AsyncIterator[bytes]:
    """Yield each event as `data: {json}`, and a comment whenever it is quiet for long.

    Args:
        events: closed at the end, or when the caller goes.
        keep_alive_seconds: how long is long.
        stopping: ends the stream when it is set.
    """
    async with aclosing(events):
        following = asyncio.ensure_future(anext(events, None))
        waiting: set[asyncio.Future[Any]] = {following}
        if stopping is not None:
            waiting.add(asyncio.ensure_future(stopping.wait()))
        try:
            while True:
                done, pending = await asyncio.wait(
                    waiting, timeout=keep_alive_seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    yield KEEP_ALIVE
                    continue
                event = following.result() if following in done else None
                if event is None:
                    return
                yield b"data: " + problem.dump(event) + b"\n\n"
                following = asyncio.ensure_future(anext(events, None))
                waiting = {*pending, following}
        finally:
            for watcher in waiting:
                watcher.cancel()
            await asyncio.wait(waiting)
