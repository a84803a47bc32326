"""The hashes of the access tokens; the tokens themselves are never kept here."""

from datetime import UTC, datetime

from sqlalchemy import insert, select

from inkcloud.storage.database import Database
from inkcloud.storage.schema import TOKENS


class TokenTable:
    """Keeps each token's SHA-256, name and time of creation.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token_hash: str, name: str) -> None:
        """Keep a new token's hash."""
        values = {"hash": token_hash, "name": name, "created": datetime.now(UTC)}
        with self._database.write() as connection:
            connection.execute(insert(TOKENS).values(values))

    def find(self, token_hash: str) -> str | None:
        """Return the kept hash that equals this one, or None."""
        query = select(TOKENS.c.hash).where(TOKENS.c.hash == token_hash)
        with self._database.read() as connection:
            found: str | None = connection.execute(query).scalar_one_or_none()
        return found
