"""One HTTP request for an endpoint's own service, as it goes to a replica."""

from dataclasses import dataclass, field
from urllib.parse import quote

# What HTTP keeps between two neighbours, and what is the gateway's business alone: a service
# may be anybody's code, and sees neither tokens nor another page's cookies.
_NOT_PASSED_ON = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "idempotency-key",
        "keep-alive",
        "origin",
        "prefer",
        "proxy-authorization",
        "proxy-connection",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-octoai-async",
    }
)
# A service shares the gateway's host with others: it sets no cookies there, and opens the
# host to no other site's pages.
_NOT_PASSED_BACK = frozenset(
    {
        "connection",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "server",
        "set-cookie",
        "set-cookie2",
        "clear-site-data",
        "service-worker-allowed",
        "strict-transport-security",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    }
)
_NO_CORS = "access-control-"
# Every character that stands for itself in a path and a query, and those that are escaped.
_SAFE = "/%:@!$&'()*+,;=~?-._"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class ServiceCall:
    """What a caller asks of a service.

    Attributes:
        method: its HTTP method.
        target: path and query at the service, as they came: "/infer", "/files/a%20b?x=1".
        headers: its own, without those that end at the gateway.
        body: its body.
        deadline_seconds: how long it may take, waiting included; None is for ever.
    """

    method: str = "POST"
    target: str = "/infer"
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    deadline_seconds: float | None = None


def target_of(raw_path: bytes, query: bytes = b"") -> str:
    """Return a path and a query as one text of plain ASCII."""
    target = quote(raw_path, safe=_SAFE)
    return f"{target}?{quote(query, safe=_SAFE)}" if query else target


def passed_on(headers: list[tuple[str, str]]) -> Headers:
    """Return the headers of a request that a service sees."""
    return tuple((name, value) for name, value in headers if name.lower() not in _NOT_PASSED_ON)


def passed_back(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a service's answer that its caller sees."""
    return [
        (name.lower(), value)
        for name, value in headers
        if name.lower().decode("latin-1") not in _NOT_PASSED_BACK
        and not name.lower().decode("latin-1").startswith(_NO_CORS)
    ]
