"""The models of a gateway, for asyncio."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from inkcloud.client.model_requests import read_operation
from inkcloud.client.sender import AsyncSender
from inkcloud.domain.model_operation import ModelOperation
from inkcloud.domain.stored_model import StoredModel


class AsyncModelCalls(AsyncSender):
    """The calls about models, for a client that can send."""

    async def list_models(self) -> tuple[StoredModel, ...]:
        """Return the models that endpoints can load, the built-in one first."""
        return await self._send(self._models.all())

    async def get_model(self, name: str) -> StoredModel:
        """Return one model."""
        return await self._send(self._models.get(name))

    async def pull_model(self, id: str, **fields: Any) -> ModelOperation:
        """Have the gateway fetch a model from its hub; returns at once.

        Args:
            id: the hub's id, such as "someone/some-model".
            fields: `revision`, `name`, `file` and `prediction`, as `inkcloud models pull` has
                them.
        """
        return await self._send(self._models.pull(id, fields))

    async def verify_model(self, name: str) -> ModelOperation:
        """Have the gateway check a model's files; returns at once."""
        return await self._send(self._models.verify(name))

    async def remove_model(self, name: str, *, force: bool = False) -> int:
        """Remove a model and return how many bytes were freed.

        Args:
            name: which one.
            force: whether to remove it even from under endpoints.
        """
        return await self._send(self._models.remove(name, force=force))

    async def model_operations(self) -> tuple[ModelOperation, ...]:
        """Return the pulls and checks, newest first."""
        return await self._send(self._models.operations())

    async def model_operation(self, id: str) -> ModelOperation:
        """Return how a pull or a check stands."""
        return await self._send(self._models.operation(id))

    async def cancel_model_operation(self, id: str) -> ModelOperation:
        """Stop a pull or a check; one that has ended stays as it is."""
        return await self._send(self._models.cancel(id))

    async def follow_model_operation(self, id: str) -> AsyncGenerator[ModelOperation]:
        """Yield a pull or a check as it stands, then whenever it changes, until its end."""
        async with aclosing(self._stream(self._models.follow(id))) as events:
            async for event in events:
                yield read_operation(event)
