"""Every request about the models of a gateway."""

from datetime import datetime
from typing import Any

from inkcloud.client import answers
from inkcloud.client.call import Call, json_body, path_part
from inkcloud.client.endpoint_status import moment
from inkcloud.client.target import Target
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.model_operation import (
    ModelFault,
    ModelOperation,
    OperationKind,
    OperationState,
)
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel


class ModelRequests:
    """Builds calls to a gateway.

    Args:
        target: the gateway.
    """

    def __init__(self, target: Target) -> None:
        self._models = f"{target.base_url}/models"
        self._operations = f"{target.base_url}/model-operations"

    def all(self) -> Call[tuple[StoredModel, ...]]:
        """List the models."""
        return Call("GET", self._models, answers.many(read_model, "models"))

    def get(self, name: str) -> Call[StoredModel]:
        """Look a model up."""
        return Call("GET", self._one(name), answers.one(read_model))

    def pull(self, id: str, fields: dict[str, Any]) -> Call[ModelOperation]:
        """Fetch a model from the hub."""
        body = json_body({"id": id, **fields})
        return Call("POST", self._models, answers.one(read_operation), body)

    def verify(self, name: str) -> Call[ModelOperation]:
        """Check a model."""
        return Call("POST", self._one(name) + "/verify", answers.one(read_operation))

    def remove(self, name: str, *, force: bool) -> Call[int]:
        """Remove a model."""
        read = answers.one(lambda data: int(data["freed"]))
        params = {"force": "true"} if force else {}
        return Call("DELETE", self._one(name), read, params=params)

    def operations(self) -> Call[tuple[ModelOperation, ...]]:
        """List the pulls and checks."""
        return Call("GET", self._operations, answers.many(read_operation, "operations"))

    def operation(self, id: str) -> Call[ModelOperation]:
        """Ask how a pull or a check stands."""
        return Call("GET", self._operation(id), answers.one(read_operation))

    def follow(self, id: str) -> Call[ModelOperation]:
        """Follow a pull or a check."""
        url = self._operation(id) + "/events"
        return Call("GET", url, answers.one(read_operation), patient=True)

    def cancel(self, id: str) -> Call[ModelOperation]:
        """Stop a pull or a check."""
        return Call("DELETE", self._operation(id), answers.one(read_operation))

    def _one(self, name: str) -> str:
        return f"{self._models}/{path_part(name)}"

    def _operation(self, id: str) -> str:
        return f"{self._operations}/{path_part(id)}"


def read_model(data: dict[str, Any]) -> StoredModel:
    """Read the gateway's JSON of a model.

    Raises:
        KeyError, TypeError, ValueError: if it cannot be read.
    """
    facts = data["facts"]
    width, height = facts["native_size"]
    return StoredModel(
        name=str(data["name"]),
        origin=ModelOrigin(**_known(ModelOrigin, data["origin"])),
        licence=str(data["licence"]),
        facts=ModelFacts(
            **{
                **_known(ModelFacts, facts),
                "prediction": Prediction(facts["prediction"]),
                "native_size": (int(width), int(height)),
            }
        ),
        files=tuple(StoredFile(**_known(StoredFile, each)) for each in data["files"]),
        added=datetime.fromisoformat(data["added"]),
    )


def read_operation(data: dict[str, Any]) -> ModelOperation:
    """Read the gateway's JSON of a pull or a check.

    Raises:
        KeyError, TypeError, ValueError: if it cannot be read.
    """
    progress = data.get("progress")
    return ModelOperation(
        id=str(data["id"]),
        kind=OperationKind(data["kind"]),
        subject=str(data["subject"]),
        created=datetime.fromisoformat(data["created"]),
        state=OperationState(data["state"]),
        progress=None if progress is None else ModelProgress(**_known(ModelProgress, progress)),
        notes=tuple(map(str, data.get("notes") or ())),
        model=str(data.get("model") or ""),
        faults=tuple(ModelFault(**_known(ModelFault, each)) for each in data.get("faults") or ()),
        error=data.get("error"),
        ended=moment(data.get("ended")),
    )


def _known(kind: Any, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields that a dataclass has; those of a newer gateway are passed over."""
    return {name: value for name, value in data.items() if name in kind.__dataclass_fields__}
