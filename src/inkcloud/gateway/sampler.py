"""Measures the endpoints again and again, for as long as the gateway runs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from inkcloud.gateway.measured import measure
from inkcloud.gateway.metrics import Metrics
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.series import INTERVAL_SECONDS

_LOG = logging.getLogger(__name__)


class Sampler:
    """Fills the metrics.

    Args:
        parts: the use cases.
        metrics: what to fill.
    """

    def __init__(self, parts: Parts, metrics: Metrics) -> None:
        self._parts = parts
        self._metrics = metrics
        self._http = httpx2.AsyncClient(trust_env=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Measure every few seconds while the block runs."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self._http.aclose()

    async def now(self) -> None:
        """Measure once, without adding a point to the series."""
        self._metrics.keep(await measure(self._parts, self._http))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                self._metrics.sample(await measure(self._parts, self._http))
            except Exception:
                _LOG.exception("The endpoints could not be measured.")
