"""The endpoints: made, changed and removed; how they stand, and what their services can do."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

from inkcloud.control.ports import Replicas, ReplicaState
from inkcloud.control.replica_client import ReplicaClient
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.storage.endpoints import EndpointTable

_LOG = logging.getLogger(__name__)


class Endpoints:
    """Keeps the endpoints, and tells the runtime of every change.

    A change is on the disk before the runtime hears of it, so a crash in between is made
    good by `start_all`. Changes of one endpoint happen one after the other.

    Args:
        table: where endpoints are kept.
        replicas: where the replicas are.
    """

    def __init__(self, table: EndpointTable, replicas: Replicas) -> None:
        self._table = table
        self._replicas = replicas
        self._client = ReplicaClient()
        self._changing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._facts: dict[str, dict[str, dict[str, Any]]] = {}

    async def start_all(self) -> None:
        """Tell the runtime of every endpoint; one that it refuses keeps none of the others back."""
        for endpoint in await self.all():
            try:
                await self._replicas.apply(endpoint)
            except InkcloudError:
                _LOG.exception("The endpoint %s could not be started.", endpoint.name)

    async def create(self, endpoint: Endpoint) -> Endpoint:
        """Keep a new endpoint and start what it asks for.

        Raises:
            Conflict: if there is one of that name.
        """
        async with self._changing[endpoint.name]:
            await asyncio.to_thread(self._table.add, endpoint)
            await self._replicas.apply(endpoint)
        return endpoint

    async def get(self, name: str) -> Endpoint:
        """Return an endpoint.

        Raises:
            NotFound: if there is none of that name.
        """
        found = await asyncio.to_thread(self._table.get, name) if name.isprintable() else None
        if found is None:
            raise NotFound("There is no endpoint of that name.")
        return found

    async def all(self) -> list[Endpoint]:
        """Return every endpoint, by name."""
        return await asyncio.to_thread(self._table.all)

    async def update(self, name: str, values: dict[str, Any]) -> Endpoint:
        """Change some of an endpoint's fields.

        Raises:
            NotFound: if there is none of that name.
            InvalidRequest: for a field that there is not or that cannot change, or its value.
        """
        await self.get(name)
        async with self._changing[name]:
            before = await self.get(name)
            endpoint = before.changed(values)
            if endpoint != before:
                await asyncio.to_thread(self._table.save, endpoint)
                self._facts.pop(name, None)
                await self._replicas.apply(endpoint)
        return endpoint

    async def pause(self, name: str) -> Endpoint:
        """Stop an endpoint's replicas and refuse its requests; accepted jobs wait.

        Raises:
            NotFound: if there is none of that name.
        """
        return await self.update(name, {"paused": True})

    async def start(self, name: str) -> Endpoint:
        """Take an endpoint's requests again.

        Raises:
            NotFound: if there is none of that name.
        """
        return await self.update(name, {"paused": False})

    async def delete(self, name: str) -> None:
        """Remove an endpoint, its replicas and its finished jobs.

        Raises:
            NotFound: if there is none of that name.
        """
        await self.get(name)
        async with self._changing[name]:
            await self.get(name)
            await asyncio.to_thread(self._table.remove, name)
            self._facts.pop(name, None)
            await self._replicas.remove(name)

    def state(self, name: str) -> ReplicaState:
        """Say how an endpoint's replicas stand."""
        return self._replicas.state(name)

    async def facts(self, name: str) -> dict[str, Any]:
        """Return what the endpoint's service says of itself; nothing unless a replica runs."""
        if self.state(name) is not ReplicaState.RUNNING:
            self._facts.pop(name, None)
            return {}
        try:
            address = await self._replicas.address(name)
        except InkcloudError:
            return {}
        # By address: after a change the old replicas and the new ones stand side by side.
        known = self._facts.setdefault(name, {})
        if address not in known:
            facts = await self._client.facts(address)
            if facts is None:
                return {}
            known[address] = facts
        return known[address]

    async def check(self, name: str, request: GenerationRequest) -> None:
        """Check what only the endpoint's model decides, as far as it is known.

        Raises:
            InvalidRequest: if the width or height is not a multiple of the model's factor.
        """
        factor = (await self.facts(name)).get("factor")
        if not isinstance(factor, int) or factor < 1:
            return
        for field in ("width", "height"):
            side = getattr(request, field)
            if side is not None and side % factor:
                raise InvalidRequest(
                    f"The model cannot draw a picture of this {field}.",
                    field=field,
                    value=side,
                    allowed=f"a multiple of {factor}",
                )

    async def close(self) -> None:
        """Close the connections to the replicas."""
        await self._client.close()
