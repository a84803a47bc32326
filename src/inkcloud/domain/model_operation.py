"""Work on a model that takes its time: a pull, or a check."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from inkcloud.domain.model_progress import ModelProgress


class OperationKind(StrEnum):
    """What is done."""

    PULL = "pull"
    VERIFY = "verify"


class OperationState(StrEnum):
    """How it stands; the last three are ends."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ModelFault:
    """What is wrong with a model.

    Attributes:
        file: which of its files; "" for the model as a whole.
        text: how it differs, a sentence for people.
    """

    file: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ModelOperation:
    """One piece of work, at one moment.

    Attributes:
        id: names it in addresses.
        kind: what is done.
        subject: the hub's id of what is pulled, or the name of what is verified.
        created: when it began, UTC.
        state: how it stands.
        progress: how far it is; None before its first news.
        notes: sentences that were said on the way.
        model: the model's name, once a pull has succeeded.
        faults: what a check has found.
        error: why it failed, as `InkcloudError.as_dict` tells it.
        ended: when it ended, UTC.
    """

    id: str
    kind: OperationKind
    subject: str
    created: datetime
    state: OperationState = OperationState.RUNNING
    progress: ModelProgress | None = None
    notes: tuple[str, ...] = ()
    model: str = ""
    faults: tuple[ModelFault, ...] = ()
    error: dict[str, Any] | None = field(default=None)
    ended: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.state is not OperationState.RUNNING
