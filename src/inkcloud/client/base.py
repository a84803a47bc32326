"""What the sync and the async client share: whom they talk to, and how they ask."""

from typing import Any

from inkcloud.client.history_requests import HistoryRequests
from inkcloud.client.management_requests import ManagementRequests
from inkcloud.client.model_requests import ModelRequests
from inkcloud.client.preset_requests import PresetRequests
from inkcloud.client.requests import Requests
from inkcloud.client.target import DEFAULT_ENDPOINT, DEFAULT_URL, Target


class ClientBase:
    """The part of a client that sends nothing.

    Args:
        base_url: the gateway's address.
        token: for a private endpoint, for lists and for management; by default
            INKCLOUD_TOKEN, or what is in the file INKCLOUD_TOKEN_FILE.
        endpoint: the endpoint's name.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        token: str | None = None,
        endpoint: str = DEFAULT_ENDPOINT,
    ) -> None:
        self._target = Target.find(base_url, token, endpoint)
        self._requests = Requests(self._target)
        self._management = ManagementRequests(self._target)
        self._models = ModelRequests(self._target)
        self._presets = PresetRequests(self._target)
        self._history = HistoryRequests(self._target)

    def __repr__(self) -> str:
        """Name the gateway and the endpoint, never the token."""
        kind, target = type(self).__name__, self._target
        return f"{kind}({target.base_url!r}, endpoint={target.endpoint!r})"

    @property
    def base_url(self) -> str:
        """The gateway's address, without a slash at the end."""
        return self._target.base_url

    @property
    def has_token(self) -> bool:
        """Whether a token is sent with every request."""
        return self._target.token is not None

    def _connection_options(self) -> dict[str, Any]:
        """Return what httpx2's clients are made with."""
        target = self._target
        return {"headers": target.headers, "trust_env": not target.on_this_machine}
