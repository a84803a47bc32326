"""Whom a client talks to."""

from dataclasses import dataclass, field

import httpx2

from inkcloud.client.token_lookup import find_token
from inkcloud.domain.errors import InvalidRequest

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_ENDPOINT = "text2image"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Target:
    """A gateway, one of its endpoints, and the token to use there.

    Attributes:
        base_url: the gateway's address, without a slash at the end.
        endpoint: the endpoint's name.
        token: sent with every request; None for a public endpoint. Never shown.
    """

    base_url: str
    endpoint: str
    token: str | None = field(default=None, repr=False)

    @classmethod
    def find(cls, base_url: str, token: str | None, endpoint: str) -> "Target":
        """Check the address and look the token up.

        Raises:
            InvalidRequest: if the address is not one of HTTP, or the token is unusable.
        """
        try:
            url = httpx2.URL(base_url)
        except (httpx2.InvalidURL, TypeError):
            url = httpx2.URL("")
        if url.scheme not in {"http", "https"} or not url.host:
            raise InvalidRequest(
                "The gateway's address is not one.",
                field="base_url",
                value=base_url,
                allowed=f"an address such as {DEFAULT_URL}",
            )
        return cls(base_url.rstrip("/"), endpoint, find_token(token))

    @property
    def on_this_machine(self) -> bool:
        """Whether the gateway is on loopback, where no proxy may come between."""
        host = httpx2.URL(self.base_url).host
        return host in _LOOPBACK or host.endswith(".localhost")

    @property
    def headers(self) -> dict[str, str]:
        """What every request says of its sender."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
