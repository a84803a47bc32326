"""Where the playground finds its endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inkcloud.client import InkcloudClient

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_ENDPOINT = "text2image"


@dataclass(frozen=True)
class Connection:
    """The gateway, the endpoint and the token to use there.

    Attributes:
        url: the gateway's address.
        endpoint: the endpoint's name.
        token: sent with every request; None leaves it to the client to find one in the
            environment, also in the file that INKCLOUD_TOKEN_FILE names.
        personal: whether whoever opens the page may see the runs of others who use the same
            token; true on one's own machine, false on a page for everybody.
    """

    url: str = DEFAULT_URL
    endpoint: str = DEFAULT_ENDPOINT
    token: str | None = field(default=None, repr=False)
    personal: bool = True

    @classmethod
    def from_settings(cls, settings: Mapping[str, str], *, personal: bool = True) -> "Connection":
        """Read `INKCLOUD_URL`, `INKCLOUD_ENDPOINT` and `INKCLOUD_TOKEN`."""
        return cls(
            url=settings.get("INKCLOUD_URL") or DEFAULT_URL,
            endpoint=settings.get("INKCLOUD_ENDPOINT") or DEFAULT_ENDPOINT,
            token=settings.get("INKCLOUD_TOKEN") or None,
            personal=personal,
        )

    def open(self) -> InkcloudClient:
        """Return a client; nothing is sent yet.

        Raises:
            InvalidRequest: if the address or the token cannot be used.
        """
        return InkcloudClient(self.url, token=self.token, endpoint=self.endpoint)


def only_for_this_machine(address: str | None) -> bool:
    """Say whether a page served at this address can be opened on its own machine only."""
    return address in {"127.0.0.1", "localhost", "::1"}
