"""The models of a gateway."""

from collections.abc import Generator
from typing import Any

from inkcloud.client.model_requests import read_operation
from inkcloud.client.sender import Sender
from inkcloud.domain.model_operation import ModelOperation
from inkcloud.domain.stored_model import StoredModel


class ModelCalls(Sender):
    """The calls about models, for a client that can send."""

    def list_models(self) -> tuple[StoredModel, ...]:
        """Return the models that endpoints can load, the built-in one first."""
        return self._send(self._models.all())

    def get_model(self, name: str) -> StoredModel:
        """Return one model."""
        return self._send(self._models.get(name))

    def pull_model(self, id: str, **fields: Any) -> ModelOperation:
        """Have the gateway fetch a model from its hub; returns at once.

        Args:
            id: the hub's id, such as "someone/some-model".
            fields: `revision`, `name`, `file` and `prediction`, as `inkcloud models pull` has
                them.
        """
        return self._send(self._models.pull(id, fields))

    def verify_model(self, name: str) -> ModelOperation:
        """Have the gateway check a model's files; returns at once."""
        return self._send(self._models.verify(name))

    def remove_model(self, name: str, *, force: bool = False) -> int:
        """Remove a model and return how many bytes were freed.

        Args:
            name: which one.
            force: whether to remove it even from under endpoints.
        """
        return self._send(self._models.remove(name, force=force))

    def model_operations(self) -> tuple[ModelOperation, ...]:
        """Return the pulls and checks, newest first."""
        return self._send(self._models.operations())

    def model_operation(self, id: str) -> ModelOperation:
        """Return how a pull or a check stands."""
        return self._send(self._models.operation(id))

    def cancel_model_operation(self, id: str) -> ModelOperation:
        """Stop a pull or a check; one that has ended stays as it is."""
        return self._send(self._models.cancel(id))

    def follow_model_operation(self, id: str) -> Generator[ModelOperation]:
        """Yield a pull or a check as it stands, then whenever it changes, until its end."""
        for event in self._stream(self._models.follow(id)):
            yield read_operation(event)
