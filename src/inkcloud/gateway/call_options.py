"""How a caller wants a service's answer: the headers that end at the gateway."""

import math
from dataclasses import dataclass

from starlette.datastructures import Headers

from inkcloud.domain.errors import InvalidRequest

ASYNC_HEADER = "X-OctoAI-Async"
KEY_HEADER = "Idempotency-Key"
DEADLINE_HEADER = "Inkcloud-Deadline"
KEY_LENGTH = 200
LONGEST_DEADLINE = 86_400.0
_OFF = {"", "0", "false"}


@dataclass(frozen=True, kw_only=True)
class CallOptions:
    """What the headers of a call say.

    Attributes:
        later: whether to answer at once with a job.
        idempotency_key: the caller's word for this call; None without one.
        deadline_seconds: how long it may take; None is for ever.
    """

    later: bool
    idempotency_key: str | None
    deadline_seconds: float | None

    @classmethod
    def of(cls, headers: Headers) -> "CallOptions":
        """Read a request's headers.

        Raises:
            InvalidRequest: names the header, its value and what is allowed.
        """
        octoai = headers.get(ASYNC_HEADER, "").strip().lower() not in _OFF
        wishes = ",".join(headers.getlist("prefer")).lower().split(",")
        prefers = any(wish.partition(";")[0].strip() == "respond-async" for wish in wishes)
        return cls(
            later=octoai or prefers,
            idempotency_key=key_of(headers),
            deadline_seconds=_deadline(headers.get(DEADLINE_HEADER)),
        )


def key_of(headers: Headers) -> str | None:
    """Return a request's idempotency key; None without one.

    Raises:
        InvalidRequest: if it is not allowed.
    """
    text = headers.get(KEY_HEADER)
    if text is None or (1 <= len(text) <= KEY_LENGTH and text.isascii() and text.isprintable()):
        return text
    raise InvalidRequest(
        "The idempotency key is not allowed.",
        field=KEY_HEADER,
        value=text,
        allowed=f"1 to {KEY_LENGTH} printable ASCII characters",
    )


def _deadline(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 < seconds <= LONGEST_DEADLINE:
        return seconds
    raise InvalidRequest(
        "The deadline is not allowed.",
        field=DEADLINE_HEADER,
        value=text,
        allowed=f"seconds, more than 0 and at most {LONGEST_DEADLINE:g}",
    )
