"""Spans of time as people write them."""

import re

from inkcloud.domain.errors import InvalidRequest

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str, option: str) -> int:
    """Return the seconds that a text such as "90", "15m", "12h" or "30d" means.

    Args:
        text: what was written.
        option: where; for the message.

    Raises:
        InvalidRequest: if it is none.
    """
    found = re.fullmatch(r"([0-9]{1,9})([smhd]?)", text.strip())
    if found is None:
        raise InvalidRequest(
            f"The value of {option} is no span of time.",
            field=option,
            value=text,
            allowed="a number with s, m, h or d behind it, for example 12h or 30d",
        )
    return int(found[1]) * _SECONDS[found[2]]
