"""The gateway's JSON as the domain's own values.

Each function raises KeyError, TypeError or ValueError if it cannot read what it was given.
"""

from datetime import UTC, datetime
from typing import Any

from inkcloud.client.endpoint_status import moment
from inkcloud.client.new_token import NewToken
from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.template import Template


def template(data: dict[str, Any]) -> Template:
    """Read a template; fields of a newer gateway are passed over."""
    known = Template.__dataclass_fields__
    return Template(**{name: value for name, value in data.items() if name in known})


def access(data: dict[str, Any]) -> Access:
    """Read what a token permits."""
    return Access(
        id=str(data["id"]),
        name=str(data.get("name") or ""),
        scopes=frozenset(Scope(scope) for scope in data["scopes"]),
        endpoint=str(data.get("endpoint") or ""),
        created=datetime.fromisoformat(data["created"]),
        expires=moment(data.get("expires")),
        revoked=moment(data.get("revoked")),
        last_used=moment(data.get("last_used")),
    )


def new_token(data: dict[str, Any]) -> NewToken:
    """Read a token that was just made, with its secret."""
    return NewToken(token=str(data["token"]), access=access(data))


def log_line(data: dict[str, Any]) -> LogLine:
    """Read a line that a replica wrote."""
    return LogLine(
        at=_utc(data["at"]), replica=str(data.get("replica") or ""), text=str(data["text"])
    )


def event(data: dict[str, Any]) -> EndpointEvent:
    """Read something that happened to an endpoint."""
    return EndpointEvent(
        sequence=int(data.get("sequence") or 0),
        endpoint=str(data.get("endpoint") or ""),
        replica=str(data.get("replica") or ""),
        kind=str(data["kind"]),
        text=str(data.get("text") or ""),
        at=_utc(data["at"]),
    )


def _utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
