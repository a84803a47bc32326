"""The async client, called like the sync one, so that both run the same tests."""

import asyncio
import inspect
from typing import Any

from inkcloud.client import AsyncInkcloudClient


class Blocking:
    """Use it as a context manager."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncInkcloudClient(*arguments, **options)

    def __enter__(self) -> "Blocking":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.close())
        self._runner.close()

    def __repr__(self) -> str:
        return repr(self._client)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            result = method(*arguments, **options)
            if inspect.isasyncgen(result):
                return self._steps(result)
            return self._runner.run(_awaited(result))

        return call

    def _steps(self, events: Any) -> Any:
        try:
            while (event := self._runner.run(anext(events, None))) is not None:
                yield event
        finally:
            self._runner.run(events.aclose())


async def _awaited(result: Any) -> Any:
    return await result
