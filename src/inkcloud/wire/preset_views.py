"""Presets as the native API shows them, and the body that saves one."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.preset import LONGEST_NAME, LONGEST_OWNER, Preset, PresetKind

_FIELDS = ("kind", "name", "values", "owner")
OWNER = "Whose it is, as the caller calls people; empty is everybody's."


class PresetBody(BaseModel):
    """A preset to save. This model describes the body; `decode` reads it."""

    model_config = ConfigDict(extra="forbid")

    kind: PresetKind = Field(description="Settings apart from the prompts, or the prompts alone.")
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    values: dict[str, Any] = Field(
        min_length=1, description="Fields of a generation's request, by their names."
    )
    owner: str = Field("", max_length=LONGEST_OWNER, description=OWNER)


class PresetView(BaseModel):
    """A preset."""

    id: str
    kind: PresetKind
    name: str
    values: dict[str, Any]
    created: datetime
    owner: str = Field(description=OWNER)


class PresetList(BaseModel):
    """The presets by name."""

    presets: list[PresetView]


def view(preset: Preset) -> PresetView:
    """Return a preset's view."""
    return PresetView(
        id=preset.id,
        kind=preset.kind,
        name=preset.name,
        values=preset.values,
        created=preset.created,
        owner=preset.owner,
    )


def decode(body: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Presets.save`, which checks the values.

    Raises:
        InvalidRequest: for a field that is unknown or missing.
    """
    allowed = "each of " + ", ".join(_FIELDS)
    for name, value in body.items():
        if name not in _FIELDS:
            raise InvalidRequest(
                "There is no such field.", field=name, value=value, allowed=allowed
            )
    for name in _FIELDS:
        if name not in body and name != "owner":
            raise InvalidRequest("A field is missing.", field=name, value=None, allowed=allowed)
    return dict(body)
