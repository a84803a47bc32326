"""Which hub models come from, and as whom."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from inkcloud.domain.errors import InvalidRequest

URL_VARIABLE = "INKCLOUD_HUB_URL"
TOKEN_VARIABLE = "INKCLOUD_HUB_TOKEN"


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """Where the hub is.

    Attributes:
        endpoint: its address, or a mirror's; "" is the one that huggingface_hub knows.
        token: who asks; "" is nobody. It is sent to the hub alone.
    """

    endpoint: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Check the address and the token.

        Raises:
            InvalidRequest: if one of them cannot be used.
        """
        if self.endpoint:
            _check_address(self.endpoint)
        if self.token and not (self.token.isascii() and self.token.isprintable()):
            raise InvalidRequest(
                "The hub's token cannot be sent.", field="--token", allowed="printable ASCII"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "HubSettings":
        """Read both from the environment.

        Raises:
            InvalidRequest: if one of them cannot be used.
        """
        return cls(
            endpoint=environment.get(URL_VARIABLE, "").strip().rstrip("/"),
            token=environment.get(TOKEN_VARIABLE, "").strip(),
        )


def default_hub() -> HubSettings:
    """Return what this process's environment says."""
    return HubSettings.from_environment(os.environ)


def _check_address(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        good = False
    if not good or not endpoint.isprintable() or " " in endpoint:
        raise InvalidRequest(
            "The hub's address cannot be used.",
            field="--endpoint",
            value=endpoint,
            allowed="an address such as https://hub.example.org, without a user or a password",
        )
