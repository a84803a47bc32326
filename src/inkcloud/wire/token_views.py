"""Tokens as the native API shows them, and the body that makes one."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.domain.errors import InvalidRequest

_FIELDS = ("name", "scopes", "endpoint", "expires_seconds")


class TokenBody(BaseModel):
    """A new token. This model describes the body; `decode` reads it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=100, description="A label for people.")
    scopes: list[Scope] = Field(
        default_factory=lambda: sorted(ALL_SCOPES), min_length=1, description="All, if absent."
    )
    endpoint: str = Field(
        "", max_length=63, description="The only endpoint that it opens; all, if empty."
    )
    expires_seconds: int | None = Field(
        None, ge=1, le=315_360_000, description="Valid for so long; for ever, if absent."
    )


class TokenView(BaseModel):
    """A token as it is kept: everything but the token itself."""

    id: str
    name: str
    scopes: list[Scope]
    endpoint: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None


class NewTokenView(TokenView):
    """A token that was just made."""

    token: str = Field(description="Shown only this once.")


class TokenList(BaseModel):
    """The tokens, newest first, the expired and revoked ones too."""

    tokens: list[TokenView]


def view(access: Access) -> dict[str, Any]:
    """Return a token's view as plain values."""
    return {
        "id": access.id,
        "name": access.name,
        "scopes": sorted(access.scopes),
        "endpoint": access.endpoint,
        "created": access.created,
        "expires": access.expires,
        "revoked": access.revoked,
        "last_used": access.last_used,
    }


def decode(body: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Tokens.create`, which checks the values.

    Raises:
        InvalidRequest: for an unknown field, or scopes that are no list.
    """
    for name, value in body.items():
        if name not in _FIELDS:
            raise InvalidRequest(
                "There is no such field.",
                field=name,
                value=value,
                allowed="any of " + ", ".join(_FIELDS),
            )
    if not isinstance(body.get("scopes", []), list):
        raise InvalidRequest(
            "The token's scopes are not allowed.",
            field="scopes",
            value=body["scopes"],
            allowed="a list of one or more of " + ", ".join(Scope),
        )
    return dict(body)
