"""The endpoints: what they are, how they stand, and what their services can do."""

import asyncio
from typing import Any

from inkcloud.control.ports import Replicas, ReplicaState
from inkcloud.control.replica_client import ReplicaClient
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound, Unavailable
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.storage.endpoints import EndpointTable


class Endpoints:
    """Looks endpoints up; remembers the facts of a running service.

    Args:
        table: where endpoints are kept.
        replicas: where the replicas are.
    """

    def __init__(self, table: EndpointTable, replicas: Replicas) -> None:
        self._table = table
        self._replicas = replicas
        self._client = ReplicaClient()
        self._facts: dict[str, dict[str, Any]] = {}

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

    def state(self, name: str) -> ReplicaState:
        """Say how an endpoint's replicas stand."""
        return self._replicas.state(name)

    async def facts(self, name: str) -> dict[str, Any]:
        """Return what the endpoint's service says of itself; nothing unless a replica runs."""
        if self.state(name) is not ReplicaState.RUNNING:
            self._facts.pop(name, None)
            return {}
        if name not in self._facts:
            try:
                facts = await self._client.facts(await self._replicas.address(name))
            except Unavailable:
                facts = None
            if facts is None:
                return {}
            self._facts[name] = facts
        return self._facts[name]

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
