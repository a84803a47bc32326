"""Bodies that change the history."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.history_entry import NOTE_LENGTH, check_note
from inkcloud.wire import values

MOST_IDS = 1000
ID_LENGTH = 80
ID_PATTERN = r"^[A-Za-z0-9_-]*$"


class HistoryChanges(BaseModel):
    """What to change; what is absent stays. `decode_changes` reads it."""

    model_config = ConfigDict(extra="forbid")

    favourite: bool = False
    note: str = Field("", max_length=NOTE_LENGTH)


class HistoryIds(BaseModel):
    """Which pictures. `decode_ids` reads it."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(max_length=ID_LENGTH, pattern=ID_PATTERN)]] = Field(
        min_length=1, max_length=MOST_IDS
    )


def decode_changes(body: dict[str, Any]) -> tuple[bool | None, str | None]:
    """Read what to change: `favourite` and `note`, None for what stays.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    _refuse_unknown(body, ("favourite", "note"))
    favourite = values.flag(body, "favourite") if body.get("favourite") is not None else None
    note = check_note(body["note"]) if body.get("note") is not None else None
    return favourite, note


def decode_ids(body: dict[str, Any]) -> list[str]:
    """Read which pictures, each once.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    _refuse_unknown(body, ("ids",))
    ids = values.texts(body, "ids")
    if not 0 < len(ids) <= MOST_IDS:
        raise InvalidRequest(
            "The number of pictures is not allowed.",
            field="ids",
            value=len(ids),
            allowed=f"from 1 to {MOST_IDS} ids of the history",
        )
    for each in ids:
        if len(each) > ID_LENGTH or not re.fullmatch(ID_PATTERN, each):
            raise InvalidRequest(
                "This is no id of a picture.",
                field="ids",
                value=ascii(each),
                allowed=f"ids of the history: up to {ID_LENGTH} letters, digits, - and _",
            )
    return list(dict.fromkeys(ids))


def _refuse_unknown(body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name, value in body.items():
        if name not in known:
            raise InvalidRequest(
                "There is no such field.",
                field=name,
                value=value,
                allowed="any of " + ", ".join(known),
            )
