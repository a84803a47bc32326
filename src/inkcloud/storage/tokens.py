"""The hashes of the access tokens; the tokens themselves are never kept here."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from inkcloud.domain.access import Access, Scope
from inkcloud.storage.database import Database
from inkcloud.storage.schema import TOKENS


class TokenTable:
    """Keeps each token's SHA-256 and what it permits.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token_hash: str, access: Access) -> None:
        """Keep a new token's hash."""
        values = {
            "id": access.id,
            "hash": token_hash,
            "name": access.name,
            "scopes": sorted(scope.value for scope in access.scopes),
            "endpoint": access.endpoint,
            "created": access.created,
            "expires": access.expires,
            "revoked": access.revoked,
            "last_used": access.last_used,
        }
        with self._database.write() as connection:
            connection.execute(insert(TOKENS).values(values))

    def find(self, token_hash: str) -> Access | None:
        """Return what the token of that hash permits, or None when there is none."""
        query = select(TOKENS).where(TOKENS.c.hash == token_hash)
        return next(iter(self._database.fetch(query, _access)), None)

    def get(self, token_id: str) -> Access | None:
        """Return the token of that id, or None when there is none."""
        query = select(TOKENS).where(TOKENS.c.id == token_id)
        return next(iter(self._database.fetch(query, _access)), None)

    def all(self) -> list[Access]:
        """Return every token, newest first, the expired and revoked ones too."""
        query = select(TOKENS).order_by(TOKENS.c.created.desc(), TOKENS.c.id)
        return self._database.fetch(query, _access)

    def revoke(self, token_id: str, at: datetime) -> None:
        """Make a token worthless from now on; one that is revoked already stays as it is."""
        wanted = TOKENS.c.id == token_id, TOKENS.c.revoked.is_(None)
        with self._database.write() as connection:
            connection.execute(update(TOKENS).where(*wanted).values(revoked=at))

    def use(self, token_id: str, at: datetime) -> None:
        """Keep when a token was last used."""
        with self._database.write() as connection:
            connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(last_used=at))


def _access(row: Row[Any]) -> Access:
    values = {key: value for key, value in row._mapping.items() if key != "hash"}
    return Access(**values | {"scopes": frozenset(Scope(scope) for scope in row.scopes)})
