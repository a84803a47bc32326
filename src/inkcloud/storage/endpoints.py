"""The endpoints."""

from dataclasses import fields

from sqlalchemy import delete, insert, select

from inkcloud.domain.endpoint import Endpoint
from inkcloud.storage.database import Database
from inkcloud.storage.schema import ENDPOINTS

_FIELDS = tuple(field.name for field in fields(Endpoint))


class EndpointTable:
    """Reads and writes endpoints.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, endpoint: Endpoint) -> None:
        """Keep an endpoint, in place of one of the same name."""
        values = {field: getattr(endpoint, field) for field in _FIELDS}
        with self._database.write() as connection:
            connection.execute(delete(ENDPOINTS).where(ENDPOINTS.c.name == endpoint.name))
            connection.execute(insert(ENDPOINTS).values(values))

    def get(self, name: str) -> Endpoint | None:
        """Return an endpoint, or None when there is none of that name."""
        query = select(ENDPOINTS).where(ENDPOINTS.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Endpoint(**row._mapping)

    def all(self) -> list[Endpoint]:
        """Return every endpoint, by name."""
        query = select(ENDPOINTS).order_by(ENDPOINTS.c.name)
        with self._database.read() as connection:
            return [Endpoint(**row._mapping) for row in connection.execute(query)]
