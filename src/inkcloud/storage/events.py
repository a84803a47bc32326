"""What happened to the endpoints and their replicas."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.storage.database import Database
from inkcloud.storage.schema import EVENTS

RETENTION = timedelta(days=7)


class EventTable:
    """Keeps the endpoints' history for a week.

    Args:
        database: where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, endpoint: str, replica: str, kind: str, text: str, at: datetime | None = None
    ) -> EndpointEvent:
        """Keep an event and return it with its sequence number.

        Args:
            endpoint: the endpoint's name.
            replica: the replica's name, or "" for the endpoint as a whole.
            kind: a stable word.
            text: a sentence for people.
            at: when it happened; now, unless told.
        """
        values: dict[str, Any] = {
            "endpoint": endpoint,
            "replica": replica,
            "kind": kind,
            "text": _storable(text),
            "at": at or datetime.now(UTC),
        }
        with self._database.write() as connection:
            key = connection.execute(insert(EVENTS).values(values)).inserted_primary_key
        return EndpointEvent(sequence=key[0] if key else 0, **values)

    def newest(
        self,
        endpoint: str,
        limit: int = 100,
        since: datetime | None = None,
        *,
        after: int | None = None,
    ) -> list[EndpointEvent]:
        """Return an endpoint's newest events, newest first.

        Args:
            endpoint: the endpoint's name.
            limit: so many at most.
            since: only events that happened at that time or later.
            after: only events of a larger sequence number: what a follower has not seen.
        """
        query = select(EVENTS).where(EVENTS.c.endpoint == endpoint)
        if since is not None:
            query = query.where(EVENTS.c.at >= since)
        if after is not None:
            query = query.where(EVENTS.c.sequence > after)
        query = query.order_by(EVENTS.c.sequence.desc()).limit(limit)
        return self._database.fetch(query, lambda row: EndpointEvent(**row._mapping))

    def expire(self, now: datetime | None = None) -> int:
        """Remove what is older than a week and return how many events that were."""
        oldest = (now or datetime.now(UTC)) - RETENTION
        with self._database.write() as connection:
            return connection.execute(delete(EVENTS).where(EVENTS.c.at < oldest)).rowcount


def _storable(text: str) -> str:
    # A replica's last words may hold what PostgreSQL cannot keep.
    return text.replace("\0", "").encode("utf-8", "replace").decode()
