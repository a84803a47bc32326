"""`http://NAME.localhost:PORT/...` as another way to say `/endpoints/NAME/...`."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>.+)\.(?P<parent>localhost(:\d{1,5})?)", re.I)


class EndpointHosts:
    """An ASGI layer that turns an endpoint's host name into its path.

    All of such a host is the endpoint's own: the gateway's other routes have no address
    there. Behind this layer the host is `localhost`, so that addresses in answers are those
    of the gateway. `request.state.own_host` says that it was the endpoint's host.

    Args:
        app: the app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under the endpoint's path."""
        if scope["type"] == "http":
            headers = MutableHeaders(scope=scope)
            match = _HOST.fullmatch(headers.get("host", ""))
            if match:
                headers["host"] = match["parent"].lower()
                _lead_to(scope, match["name"].lower())
                scope.setdefault("state", {})["own_host"] = True
        await self._app(scope, receive, send)


def _lead_to(scope: Scope, name: str) -> None:
    prefix = f"/endpoints/{name}"
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    scope["path"] = prefix + scope["path"]
    scope["raw_path"] = prefix.encode() + raw_path
