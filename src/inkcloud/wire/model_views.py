"""Models and the work on them as the native API shows them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from inkcloud.domain.model_operation import ModelOperation
from inkcloud.domain.stored_model import StoredModel


class OriginView(BaseModel):
    """Where a model came from."""

    kind: str = Field(description="hub, path or builtin.")
    id: str = Field(description="The hub's id, or the path.")
    endpoint: str = Field(description="The hub's address, or empty.")
    revision: str = Field(description="The hub's commit, or empty.")


class FactsView(BaseModel):
    """What a model's files say of it."""

    layout: str = Field(description="folder or file.")
    family: str
    prediction: str = Field(description="epsilon or v_prediction.")
    native_size: tuple[int, int] = Field(description="Width and height in pixels.")
    unet_parameters: int
    weight_bytes: int
    stored_dtype: str
    memory_half: int = Field(
        0,
        description="Bytes that it takes in half precision while it draws a guided picture of its "
        "native size; 0 if that was not estimated.",
    )
    memory_single: int = Field(0, description="The same in float32.")


class FileView(BaseModel):
    """One of a model's files."""

    path: str
    size: int
    sha256: str = Field(description="Empty for the built-in model.")
    linked: str = Field(description="Where it lies, if it is not a copy.")


class ModelView(BaseModel):
    """A model of the store."""

    name: str
    origin: OriginView
    licence: str = Field(description="As the hub's card has it; empty if it says nothing.")
    facts: FactsView
    size: int = Field(description="Bytes of all files.")
    revision: str = Field(description="Changes when the files do.")
    added: datetime
    files: list[FileView]


class ModelDetails(ModelView):
    """A model and who uses it."""

    endpoints: list[str] = Field(description="The endpoints that are told to load it.")


class ModelList(BaseModel):
    """The models, the built-in one first."""

    models: list[ModelView]


class Removed(BaseModel):
    """What removing a model gave back."""

    freed: int = Field(description="Bytes.")


class ProgressView(BaseModel):
    """How far it is, in bytes."""

    stage: str = Field(description="looking, downloading, hashing or inspecting.")
    file: str
    file_done: int
    file_total: int
    done: int
    total: int


class FaultView(BaseModel):
    """What is wrong with a model."""

    file: str = Field(description="Empty for the model as a whole.")
    text: str


class OperationView(BaseModel):
    """A pull or a check, as it stands."""

    id: str
    kind: str = Field(description="pull or verify.")
    subject: str = Field(description="The hub's id, or the model's name.")
    state: str = Field(description="running, succeeded, failed or cancelled.")
    created: datetime
    ended: datetime | None = None
    progress: ProgressView | None = None
    notes: list[str] = []
    model: str = Field("", description="The model's name, once a pull has succeeded.")
    faults: list[FaultView] = Field([], description="What a check has found.")
    error: dict[str, Any] | None = None
    links: dict[str, str]


class OperationList(BaseModel):
    """What is being done and what was done lately, newest first."""

    operations: list[OperationView]


def model_fields(model: StoredModel) -> dict[str, Any]:
    """Return a model's fields as `ModelView` and `ModelDetails` have them."""
    return {**asdict(model), "size": model.size, "revision": model.revision}


def operation_view(operation: ModelOperation, url: str) -> OperationView:
    """Return an operation as it stands.

    Args:
        operation: which one.
        url: its address.
    """
    progress = operation.progress
    return OperationView(
        id=operation.id,
        kind=operation.kind.value,
        subject=operation.subject,
        state=operation.state.value,
        created=operation.created,
        ended=operation.ended,
        progress=None if progress is None else ProgressView(**asdict(progress)),
        notes=list(operation.notes),
        model=operation.model,
        faults=[FaultView(**asdict(fault)) for fault in operation.faults],
        error=operation.error,
        links={"self": url, "events": f"{url}/events"},
    )
