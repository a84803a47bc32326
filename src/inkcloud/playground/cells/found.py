"""Finds all generations whose tags begin alike, however many there are."""

from inkcloud.client import GenerationStatus, InkcloudClient
from inkcloud.domain.errors import Forbidden, Unauthorized

# The gateway lists so many at most.
LIST_LIMIT = 200
_MOST_DIGITS = 3


def find_generations(
    client: InkcloudClient, prefix: str, digits: int = 0
) -> tuple[GenerationStatus, ...]:
    """Return the generations whose tag is the prefix and a number of three digits and more.

    Where the gateway's list is full, the tags of each next digit are listed for themselves.
    Without a token there is no list, and nothing is found.

    Args:
        client: of one endpoint.
        prefix: what the tags begin with.
        digits: how many digits of the number are in the prefix already.

    Raises:
        InkcloudError: if the gateway cannot be asked.
    """
    try:
        listed = client.list(tag_prefix=prefix, limit=LIST_LIMIT)
    except (Unauthorized, Forbidden):
        return ()
    if len(listed) < LIST_LIMIT or digits == _MOST_DIGITS:
        return listed
    return tuple(
        status
        for digit in range(10)
        for status in find_generations(client, f"{prefix}{digit}", digits + 1)
    )
