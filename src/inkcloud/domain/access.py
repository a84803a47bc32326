"""What a token lets its holder do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Scope(StrEnum):
    """One kind of permission; each route asks for one.

    Running a person's own code is a permission of its own: whoever has it can do
    everything that the server's user can.
    """

    PREDICT = "predict"
    READ = "read"
    MANAGE = "manage"
    DEPLOY_CODE = "deploy-code"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, kw_only=True)
class Access:
    """A token as it is kept: everything but the token itself.

    Attributes:
        id: names it in lists and for revocation; no secret.
        name: a label for people.
        scopes: what it permits.
        endpoint: the only endpoint that it opens, or "" for all.
        created: UTC.
        expires: UTC; None is never.
        revoked: UTC; None while it is valid.
        last_used: UTC, to the minute; None until then.
    """

    id: str
    name: str = ""
    scopes: frozenset[Scope] = ALL_SCOPES
    endpoint: str = ""
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    def valid(self, now: datetime | None = None) -> bool:
        """Say whether it opens anything now."""
        moment = now or datetime.now(UTC)
        return self.revoked is None and (self.expires is None or moment < self.expires)

    def permits(self, scope: Scope, endpoint: str = "") -> bool:
        """Say whether it permits something at an endpoint ("" is the whole service)."""
        return scope in self.scopes and self.endpoint in {"", endpoint}
