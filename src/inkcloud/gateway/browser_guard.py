"""Keeps web pages of other sites from calling the gateway."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from inkcloud.domain.errors import Forbidden
from inkcloud.gateway.problems import answer

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?)(:\d{1,5})?", re.I)
_ORIGIN = re.compile(r"https?://(?P<host>.+)", re.I)


class BrowserGuard:
    """An ASGI layer that checks Host and Origin on every method.

    A page could otherwise reach a gateway on loopback by a name that resolves to 127.0.0.1
    (DNS rebinding: the Host is wrong) or by a form (the Origin is).

    Args:
        app: the app behind it.
        hosts: the names allowed, `*.` for any name under one; None allows every name, and
            then an Origin must be of the very host that is called. A page on an endpoint's
            own host name (NAME.localhost) is written by whoever wrote the endpoint: it may
            call that host only, even where `*.` allows others.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http":
            error = self._objection(Headers(scope=scope))
            if error is not None:
                request_id = scope["state"]["request_id"]
                await answer(error, request_id)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _objection(self, headers: Headers) -> Forbidden | None:
        hosts = headers.getlist("host")
        names = {_name(host) for host in hosts}
        if len(names) != 1 or not self._allowed(next(iter(names))):
            return self._forbidden("Host", ", ".join(hosts), self._hosts)
        for origin in headers.getlist("origin"):
            match = _ORIGIN.fullmatch(origin)
            name = _name(match["host"]) if match else None
            if name not in names and name not in (self._hosts or ()):
                return self._forbidden("Origin", origin, self._hosts or tuple(hosts))
        return None

    def _allowed(self, name: str | None) -> bool:
        if name is None:
            return False
        if self._hosts is None:
            return True
        return any(
            name == host or (host.startswith("*.") and name.endswith(host[1:]))
            for host in self._hosts
        )

    def _forbidden(self, field: str, value: str, hosts: tuple[str, ...] | None) -> Forbidden:
        return Forbidden(
            f"The gateway does not answer to this {field}.",
            field=field,
            value=value,
            allowed=", ".join(hosts) if hosts else "one name or address, with or without a port",
        )


def _name(host: str) -> str | None:
    match = _HOST.fullmatch(host)
    return match[1].lower() if match else None
