"""Replaces the replicas of endpoints whose model has changed in the store."""

import asyncio
import logging

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.ports import Replicas
from inkcloud.models.store import ModelStore

EVERY_SECONDS = 2.0
_MODEL = "INKCLOUD_MODEL"
_LOG = logging.getLogger(__name__)


class ModelWatch:
    """Looks at the store now and then: commands change it without telling the gateway.

    Args:
        store: where the models are.
        endpoints: who uses them.
        replicas: told to replace an endpoint's replicas.
        every_seconds: pause between two looks.
    """

    def __init__(
        self,
        store: ModelStore,
        endpoints: Endpoints,
        replicas: Replicas,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._store = store
        self._endpoints = endpoints
        self._replicas = replicas
        self._every_seconds = every_seconds
        self._known: dict[str, str] | None = None
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Remember how the models are, and look again and again from now on."""
        await self.look()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def look(self) -> None:
        """Replace the replicas of every endpoint whose model is another than at the last look."""
        async with self._looking:
            now = await asyncio.to_thread(self._revisions)
            before = now if self._known is None else self._known
            # A model that is away for a moment is remembered: it may come back as another.
            self._known = before | now
            changed = {name for name in before.keys() & now if before[name] != now[name]}
            if not changed:
                return
            for endpoint in await self._endpoints.all():
                model = endpoint.environment.get(_MODEL, "")
                if model in changed:
                    await self._replicas.renew(
                        endpoint.name,
                        f"the model {model}, from revision {before[model]} to {now[model]}",
                    )

    def _revisions(self) -> dict[str, str]:
        return {model.name: model.revision for model in self._store.all()}

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            try:
                await self.look()
            except Exception:
                _LOG.exception("The models could not be looked at.")
