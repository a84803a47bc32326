"""The endpoints."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict
from inkcloud.storage.database import Database
from inkcloud.storage.jobs import UNFINISHED, remove_jobs
from inkcloud.storage.schema import ENDPOINTS, EVENTS, JOBS, PICTURES

_FIELDS = tuple(field.name for field in fields(Endpoint))


class EndpointTable:
    """Reads and writes endpoints.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint.

        Raises:
            Conflict: if there is one of that name.
        """
        try:
            with self._database.write() as connection:
                connection.execute(insert(ENDPOINTS).values(_values(endpoint)))
        except IntegrityError:
            raise Conflict(
                "There is an endpoint of that name already.",
                field="name",
                value=endpoint.name,
                allowed="a name that no endpoint has",
            ) from None

    def save(self, endpoint: Endpoint) -> None:
        """Keep an endpoint, in place of one of the same name."""
        with self._database.write() as connection:
            connection.execute(delete(ENDPOINTS).where(ENDPOINTS.c.name == endpoint.name))
            connection.execute(insert(ENDPOINTS).values(_values(endpoint)))

    def remove(self, name: str) -> None:
        """Forget an endpoint, its history and its jobs; unfinished ones are left to end.

        Whoever makes an endpoint of the same name later must not see them. Its pictures stay
        in the history, for those who see every endpoint's.
        """
        ended = and_(JOBS.c.endpoint == name, JOBS.c.state.not_in(UNFINISHED))
        with self._database.write() as connection:
            remove_jobs(connection, ended)
            pictures = update(PICTURES).where(PICTURES.c.shown_to == name)
            connection.execute(pictures.values(shown_to=""))
            connection.execute(delete(EVENTS).where(EVENTS.c.endpoint == name))
            connection.execute(delete(ENDPOINTS).where(ENDPOINTS.c.name == name))

    def get(self, name: str) -> Endpoint | None:
        """Return an endpoint, or None when there is none of that name."""
        query = select(ENDPOINTS).where(ENDPOINTS.c.name == name)
        return next(iter(self._database.fetch(query, _endpoint)), None)

    def all(self) -> list[Endpoint]:
        """Return every endpoint, by name."""
        found = self._database.fetch(select(ENDPOINTS), _endpoint)
        return sorted(found, key=lambda endpoint: endpoint.name)


def _endpoint(row: Row[Any]) -> Endpoint:
    return Endpoint(**row._mapping)


def _values(endpoint: Endpoint) -> dict[str, Any]:
    return {field: getattr(endpoint, field) for field in _FIELDS}
