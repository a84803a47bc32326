"""The history: every finished picture, for as long as nobody deletes it."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.history_entry import RESTORABLE, HistoryEntry
from inkcloud.domain.history_query import HistoryPage, HistoryQuery
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.storage import history_select
from inkcloud.storage.database import Database
from inkcloud.storage.fetch import fetch
from inkcloud.storage.picture_rows import words_of
from inkcloud.storage.schema import PICTURE_TEXTS, PICTURES


class HistoryTable:
    """Reads and changes the history; `JobTable.finish` adds to it.

    Every method that is for a caller takes the name of the endpoint that the caller may see,
    "" for all; what lies outside is as if it were not there.

    Args:
        database: where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, query: HistoryQuery, opened: str = "") -> HistoryPage:
        """Return one page of pictures.

        Raises:
            InvalidRequest: if there is no picture of the id in `after` or `before`.
        """
        at = self._anchor(query, opened)
        wanted = history_select.page(query, opened, self._database.dialect, at)
        found = self._database.fetch(wanted, _entry)
        more, found = len(found) > query.limit, found[: query.limit]
        if query.before:
            found.reverse()
        if not found:
            return HistoryPage()
        has_next = more or bool(query.before)
        has_previous = more if query.before else bool(query.after)
        return HistoryPage(
            entries=tuple(found),
            next=found[-1].id if has_next else "",
            previous=found[0].id if has_previous else "",
        )

    def get(self, id: str, opened: str = "") -> HistoryEntry | None:
        """Return a picture, also one that is deleted; None when there is none of that id."""
        return next(iter(self.some([id], opened)), None)

    def some(self, ids: Collection[str], opened: str = "") -> list[HistoryEntry]:
        """Return those pictures of some ids that there are, in the order of the ids."""
        query = history_select.all_columns().where(*_named(ids, opened))
        found = {entry.id: entry for entry in self._database.fetch(query, _entry)}
        return [found[id] for id in dict.fromkeys(ids) if id in found]

    def change(
        self,
        id: str,
        opened: str = "",
        *,
        favourite: bool | None = None,
        note: str | None = None,
    ) -> HistoryEntry | None:
        """Mark a picture or write about it; None when there is none of that id."""
        with self._database.write() as connection:
            query = history_select.all_columns().where(*_named([id], opened))
            entry = next(iter(fetch(connection, query, lambda row: row)), None)
            if entry is None:
                return None
            if favourite is not None:
                here = PICTURES.c.sequence == entry.sequence
                connection.execute(update(PICTURES).where(here).values(favourite=favourite))
            if note is not None:
                words = words_of(entry.prompt, entry.negative_prompt, note)
                there = PICTURE_TEXTS.c.sequence == entry.sequence
                connection.execute(
                    update(PICTURE_TEXTS).where(there).values(note=note, words=words)
                )
        return self.get(id, opened)

    def delete(
        self, ids: Collection[str], opened: str = "", now: datetime | None = None
    ) -> list[str]:
        """Delete pictures, so that they can be had back for a while; return which there were."""
        return self._mark(ids, opened, now or datetime.now(UTC))

    def restore(self, ids: Collection[str], opened: str = "") -> list[str]:
        """Have deleted pictures back; return which there were."""
        return self._mark(ids, opened, None)

    def expire(self, now: datetime | None = None) -> int:
        """Remove for good what was deleted long enough ago; return how many that were."""
        over = PICTURES.c.deleted <= (now or datetime.now(UTC)) - RESTORABLE
        gone = select(PICTURES.c.sequence).where(over)
        with self._database.write() as connection:
            connection.execute(delete(PICTURE_TEXTS).where(PICTURE_TEXTS.c.sequence.in_(gone)))
            return connection.execute(delete(PICTURES).where(over)).rowcount

    def image_names(self) -> set[str]:
        """Return the SHA-256 of every picture here, and of those that they began as."""
        drawn = select(PICTURES.c.sha256).distinct()
        begun = select(PICTURES.c.start_sha256).where(PICTURES.c.start_sha256.is_not(None))
        names = self._database.fetch(drawn, lambda row: str(row[0]))
        return {*names, *self._database.fetch(begun.distinct(), lambda row: str(row[0]))}

    def _anchor(self, query: HistoryQuery, opened: str) -> tuple[Any, int] | None:
        if not query.after and not query.before:
            return None
        where = history_select.anchor(query, opened)
        found = self._database.fetch(where, lambda row: (row.value, int(row.sequence)))
        if not found:
            raise InvalidRequest(
                "There is no such place in the history: its picture is gone.",
                field="before" if query.before else "after",
                value=query.before or query.after,
                allowed="the id of a picture in the history, as `next` or `previous` gave it",
            )
        return found[0]

    def _mark(self, ids: Collection[str], opened: str, deleted: datetime | None) -> list[str]:
        wanted = _named(ids, opened)
        undeleted = PICTURES.c.deleted.is_(None) if deleted else PICTURES.c.deleted.is_not(None)
        with self._database.write() as connection:
            known = set(connection.execute(select(PICTURES.c.id).where(*wanted)).scalars())
            # What is deleted already keeps its time.
            change = update(PICTURES).where(*wanted, undeleted)
            connection.execute(change.values(deleted=deleted))
        return [id for id in dict.fromkeys(ids) if id in known]


def _named(ids: Collection[str], opened: str) -> list[ColumnElement[bool]]:
    return [PICTURES.c.id.in_(ids), *history_select.seen_by(opened)]


def _entry(row: Row[Any]) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        generation=row.generation,
        index=row.position,
        endpoint=row.endpoint,
        created=row.created,
        tag=row.tag,
        kind=PictureKind(row.kind),
        request=dict(row.request),
        record=dict(row.record),
        sha256=row.sha256,
        seconds=row.seconds,
        favourite=row.favourite,
        note=row.note,
        deleted=row.deleted,
    )
