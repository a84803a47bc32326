"""A stream of JSON values, one a line."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from inkcloud.wire import problem

MEDIA_TYPE = "application/json"


async def json_lines(
    values: AsyncGenerator[dict[str, Any]], stopping: asyncio.Event
) -> AsyncIterator[bytes]:
    """Yield each value as a line of its own, as it comes.

    Args:
        values: closed at the end, or when the caller goes.
        stopping: ends the stream when it is set.
    """
    stopped = asyncio.ensure_future(stopping.wait())
    async with aclosing(values):
        try:
            while True:
                following = asyncio.ensure_future(anext(values, None))
                await asyncio.wait({following, stopped}, return_when=asyncio.FIRST_COMPLETED)
                value = following.result() if following.done() else None
                if value is None:
                    return
                yield problem.dump(value) + b"\n"
        finally:
            following.cancel()
            stopped.cancel()
            await asyncio.wait({following, stopped})
