"""A preset: settings, or a prompt, that a person keeps under a name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits

LONGEST_NAME = 80
LONGEST_OWNER = 320  # as long as an address of mail may be


class PresetKind(StrEnum):
    """What a preset holds: settings apart from the prompts, or the prompts alone."""

    SETTINGS = "settings"
    PROMPT = "prompt"


FIELDS = {
    PresetKind.PROMPT: ("prompt", "negative_prompt"),
    PresetKind.SETTINGS: (
        "num_inference_steps",
        "scheduler",
        "guidance_scale",
        "seed",
        "width",
        "height",
        "num_images",
        "variation_seed",
        "variation_strength",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A preset as it is kept.

    Attributes:
        id: names it in addresses.
        kind: what it holds; a name is free once for each kind.
        name: what people call it.
        values: fields of a request, by their names.
        created: UTC; when it was first saved.
        owner: whose it is, as the caller calls people; "" is everybody's.
    """

    id: str
    kind: PresetKind
    name: str
    values: dict[str, Any]
    created: datetime
    owner: str = ""


def checked_kind(value: object) -> PresetKind:
    """Return the kind of that name.

    Raises:
        InvalidRequest: if there is none.
    """
    if isinstance(value, str) and value in set(PresetKind):
        return PresetKind(value)
    raise InvalidRequest(
        "There is no such kind of preset.",
        field="kind",
        value=value,
        allowed="one of " + ", ".join(PresetKind),
    )


def checked_name(value: object) -> str:
    """Return a preset's name without the spaces around it.

    Raises:
        InvalidRequest: if it is none.
    """
    name = value.strip() if isinstance(value, str) else ""
    if 1 <= len(name) <= LONGEST_NAME and name.isprintable():
        return name
    raise InvalidRequest(
        "The preset's name is not allowed.",
        field="name",
        value=value,
        allowed=f"1 to {LONGEST_NAME} printable characters",
    )


def checked_owner(value: object) -> str:
    """Return whose a preset is.

    Raises:
        InvalidRequest: if it is no text that can name somebody.
    """
    if isinstance(value, str) and len(value) <= LONGEST_OWNER and value.isprintable():
        return value
    raise InvalidRequest(
        "The preset's owner is not allowed.",
        field="owner",
        value=value,
        allowed=f"at most {LONGEST_OWNER} printable characters; empty is everybody's",
    )


def checked_values(kind: PresetKind, values: object) -> dict[str, Any]:
    """Return what a preset is to hold, if a request may hold it.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    names = ", ".join(FIELDS[kind])
    if not isinstance(values, dict) or not values:
        raise InvalidRequest(
            "The preset's values are missing.",
            field="values",
            value=values,
            allowed=f"an object with one or more of {names}",
        )
    for name, value in values.items():
        if name not in FIELDS[kind]:
            raise InvalidRequest(
                f"A preset of {kind} does not hold this field.",
                field=str(name),
                value=value,
                allowed=f"any of {names}",
            )
    request = GenerationRequest.from_mapping({"prompt": "-", **values}).validated(Limits())
    complete = request.as_mapping()
    return {name: complete[name] for name in values}
