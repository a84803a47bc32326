"""A finished picture as the history keeps it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.picture_kind import PictureKind

NOTE_LENGTH = 2000
# So long a deleted picture can be had back.
RESTORABLE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One picture, with all that decided it and what people made of it.

    Attributes:
        id: names it in every other call.
        generation: the id of the generation that drew it, which may be forgotten by now.
        index: its number among that generation's pictures, from 0.
        endpoint: the name of the endpoint that drew it.
        created: when it was finished, UTC.
        tag: the caller's own label for the generation.
        kind: what it was drawn for.
        request: the request that asked for it, its image named by hash.
        record: all that decided its pixels.
        sha256: SHA-256 of the PNG, 64 hex digits.
        seconds: how long its generation took, all its pictures together.
        favourite: whether somebody marked it.
        note: what somebody wrote about it.
        deleted: when it was deleted, UTC; None while it was not.
    """

    id: str
    generation: str
    index: int
    endpoint: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    tag: str = ""
    kind: PictureKind = PictureKind.SINGLE
    request: dict[str, Any]
    record: dict[str, Any]
    sha256: str
    seconds: float = 0.0
    favourite: bool = False
    note: str = ""
    deleted: datetime | None = None


def check_note(note: object) -> str:
    """Return a note that can be kept.

    Raises:
        InvalidRequest: if it is no text, too long, or holds what cannot be stored.
    """
    if isinstance(note, str) and len(note) <= NOTE_LENGTH and "\0" not in note:
        try:
            note.encode()
        except UnicodeEncodeError:
            pass
        else:
            return note
    raise InvalidRequest(
        "The note is not allowed.",
        field="note",
        value=ascii(note) if isinstance(note, str) else note,
        allowed=f"a text of at most {NOTE_LENGTH} characters without NUL characters",
    )
