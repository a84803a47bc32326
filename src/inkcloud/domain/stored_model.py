"""A model in the store: where it came from, what it is, and which files it has."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.model_facts import ModelFacts

LONGEST_NAME = 63
NAME_PATTERN = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_NAME = re.compile(NAME_PATTERN[1:-1])
_REVISION_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class ModelOrigin:
    """Where a model came from.

    Attributes:
        kind: "hub", "path" or "builtin".
        id: the hub's id of it, such as "someone/some-model", or the path.
        endpoint: the hub's address; "" unless it came from one.
        revision: the hub's commit, 40 hex digits; "" unless it came from one.
    """

    kind: str
    id: str
    endpoint: str = ""
    revision: str = ""

    @property
    def text(self) -> str:
        """The origin for people."""
        return f"{self.id}@{self.revision[:_REVISION_LENGTH]}" if self.revision else self.id


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One file of a model.

    Attributes:
        path: its name inside the model, such as "unet/config.json".
        size: in bytes.
        sha256: 64 hex digits.
        linked: where it lies, if it is not a copy in the store; "" for a copy.
    """

    path: str
    size: int
    sha256: str
    linked: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredModel:
    """A model's manifest.

    Attributes:
        name: a DNS label, unique in the store.
        origin: where it came from.
        licence: what the hub's card calls it; "" if it says nothing.
        facts: what its files say of it.
        files: its files, by path.
        added: when it came, UTC.
    """

    name: str
    origin: ModelOrigin
    licence: str
    facts: ModelFacts
    files: tuple[StoredFile, ...]
    added: datetime

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            InvalidRequest: if it is not a DNS label.
        """
        check_model_name(self.name)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def linked(self) -> bool:
        """Whether its files lie outside the store."""
        return any(file.linked for file in self.files)

    @property
    def revision(self) -> str:
        """Names what decides its pictures: equal files and equal meaning, equal revision."""
        held = "".join(f"{file.path}\0{file.sha256}\n" for file in self.files)
        text = f"{self.facts.prediction}\n{held}"
        return hashlib.sha256(text.encode()).hexdigest()[:_REVISION_LENGTH]


def check_model_name(name: str) -> str:
    """Return a model's name if it is one.

    Raises:
        InvalidRequest: if it is not a DNS label.
    """
    if not is_model_name(name):
        raise InvalidRequest(
            "This cannot be a model's name.",
            field="name",
            value=name,
            allowed=f"1 to {LONGEST_NAME} lower-case letters, digits and dashes, "
            "no dash at either end",
        )
    return name


def is_model_name(name: str) -> bool:
    """Say whether a text can be a model's name; a path never is."""
    return _NAME.fullmatch(name) is not None
