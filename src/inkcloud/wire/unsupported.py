"""What a dialect offers and Inkcloud does not have: refused where it would matter."""

from collections.abc import Mapping
from typing import Any

from inkcloud.domain.errors import InvalidRequest

_OFF_WORDS = frozenset({"", "none", "default", "base", "automatic", "auto"})


def refuse(body: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """Refuse a body that asks for something which would change the picture and is not there.

    A field that is null, false, zero, empty or says "none" asks for nothing.

    Args:
        body: the request.
        fields: each field that is not supported, with the reason.

    Raises:
        InvalidRequest: names the first such field and says why.
    """
    for field, reason in fields.items():
        value = body.get(field)
        off = not value or (isinstance(value, str) and value.strip().casefold() in _OFF_WORDS)
        if not off:
            raise InvalidRequest(reason, field=field, value=value, allowed="leave it out")


def refuse_unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse a body with a field that the dialect does not have.

    Raises:
        InvalidRequest: names the first such field and lists the others.
    """
    for field, value in body.items():
        if field not in known:
            raise InvalidRequest(
                "There is no such field.",
                field=field,
                value=value,
                allowed="any of " + ", ".join(known),
            )
