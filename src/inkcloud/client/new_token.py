"""A token that was just made."""

from dataclasses import dataclass, field

from inkcloud.domain.access import Access


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token, told this once, and what it permits.

    Attributes:
        token: the secret itself; never shown by `repr`.
        access: everything else about it.
    """

    token: str = field(repr=False)
    access: Access
