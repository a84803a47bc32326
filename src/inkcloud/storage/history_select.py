"""The statements that find pictures of the history."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, text
from sqlalchemy.sql.expression import ClauseElement

from inkcloud.domain.history_query import HistoryQuery, HistorySort
from inkcloud.domain.search_words import search_words
from inkcloud.storage.schema import PICTURE_TEXTS, PICTURES, PICTURES_SEARCH

_NUMBER: ColumnElement[Any] = PICTURES.c.sequence
_COLUMNS: dict[HistorySort, tuple[ColumnElement[Any], bool]] = {
    HistorySort.NEWEST: (_NUMBER, True),
    HistorySort.OLDEST: (_NUMBER, False),
    HistorySort.MOST_STEPS: (PICTURES.c.steps, True),
    HistorySort.FEWEST_STEPS: (PICTURES.c.steps, False),
    HistorySort.HIGHEST_GUIDANCE: (PICTURES.c.guidance, True),
    HistorySort.LOWEST_GUIDANCE: (PICTURES.c.guidance, False),
    HistorySort.SLOWEST: (PICTURES.c.seconds, True),
    HistorySort.FASTEST: (PICTURES.c.seconds, False),
}


def all_columns() -> Select[Any]:
    """Return the query for whole pictures, without any condition."""
    texts = [each for each in PICTURE_TEXTS.c if each.name != "sequence"]
    return select(PICTURES, *texts).join(
        PICTURE_TEXTS, PICTURE_TEXTS.c.sequence == PICTURES.c.sequence
    )


def seen_by(opened: str) -> Iterable[ColumnElement[bool]]:
    """Return the condition that a caller may see a picture; "" sees every endpoint's."""
    return (PICTURES.c.shown_to == opened,) if opened else ()


def page(
    query: HistoryQuery, opened: str, dialect: str, anchor: tuple[Any, int] | None
) -> Select[Any]:
    """Return the query for one page, and one picture more.

    Args:
        query: what is wanted.
        opened: the endpoint that the caller may see, or "" for all.
        dialect: "sqlite" or "postgresql".
        anchor: the sorted value and the sequence number of the picture that the page begins
            after, or ends before.
    """
    column, descending = _COLUMNS[query.sort]
    # Walking along an index until enough rows pass another column's bounds takes long where
    # few do; the sum has SQLite read all rows in their own order and keep the best.
    value = column + 0 if _bounded(query) - {column} and column is not _NUMBER else column
    if query.before:
        descending = not descending
    found = select(PICTURES.c.sequence).where(*_conditions(query, opened, dialect))
    if anchor is not None:
        found = found.where(_beyond(value, anchor, descending=descending))
    order = [value] if value is _NUMBER else [value, _NUMBER]
    sorted_by = [each.desc() if descending else each.asc() for each in order]
    # The inner query reads narrow rows; only the rows wanted are then read whole.
    found = found.order_by(*sorted_by).limit(query.limit + 1)
    return all_columns().where(PICTURES.c.sequence.in_(found)).order_by(*sorted_by)


def _bounded(query: HistoryQuery) -> set[ColumnElement[Any]]:
    """Return the columns of which the query wants a range."""
    ranges = {PICTURES.c.steps: query.steps, PICTURES.c.guidance: query.guidance}
    return {value for value, (low, high) in ranges.items() if low != high}


def anchor(query: HistoryQuery, opened: str) -> Select[Any]:
    """Return the query for where `after` or `before` stands in the order."""
    value, _ = _COLUMNS[query.sort]
    named = PICTURES.c.id == (query.before or query.after)
    return select(value.label("value"), PICTURES.c.sequence).where(named, *seen_by(opened))


def _beyond(
    value: ColumnElement[Any], anchor: tuple[Any, int], *, descending: bool
) -> ColumnElement[bool]:
    (at, number), sequence = anchor, _NUMBER
    if value is sequence:
        return sequence < number if descending else sequence > number
    if descending:
        return and_(value <= at, or_(value < at, sequence < number))
    return and_(value >= at, or_(value > at, sequence > number))


def _conditions(query: HistoryQuery, opened: str, dialect: str) -> Iterable[ColumnElement[bool]]:
    deleted: ColumnElement[Any] = PICTURES.c.deleted
    yield deleted.is_not(None) if query.deleted else deleted.is_(None)
    yield from seen_by(opened)
    if query.endpoint:
        yield PICTURES.c.endpoint == query.endpoint
    if query.scheduler is not None:
        yield PICTURES.c.scheduler == query.scheduler.value
    if query.kind is not None:
        yield PICTURES.c.kind == query.kind.value
    if query.favourites:
        yield PICTURES.c.favourite.is_(True)
    yield from _within(PICTURES.c.steps, query.steps, query.sort)
    yield from _within(PICTURES.c.guidance, query.guidance, query.sort)
    if query.text.strip():
        yield PICTURES.c.sequence.in_(_matches(search_words(query.text), dialect))


def _within(
    value: ColumnElement[Any], bounds: tuple[Any, Any], sort: HistorySort
) -> Iterable[ColumnElement[bool]]:
    low, high = bounds
    if low is not None and low == high:
        yield value == low
        return
    # An index of a range that does not give the order too would have every match sorted: the
    # sum keeps SQLite from taking it.
    compared = value if _COLUMNS[sort][0] is value else value + 0
    if low is not None:
        yield compared >= low
    if high is not None:
        yield compared <= high


def _matches(words: list[str], dialect: str) -> Select[Any]:
    """Return the query for the pictures whose texts hold words that begin so."""
    if not words:  # nothing but punctuation, which no text is found by
        return select(PICTURES.c.sequence).where(text("1 = 0"))
    if dialect == "sqlite":
        wanted = " ".join(f'"{word}"*' for word in words)
        search = table(PICTURES_SEARCH, column("rowid"))
        return select(search.c.rowid).where(
            text(f"{PICTURES_SEARCH} MATCH :wanted").bindparams(wanted=wanted)
        )
    wanted = " & ".join(f"{word}:*" for word in words)
    vector = func.to_tsvector(text("'simple'"), PICTURE_TEXTS.c.words)
    match: ClauseElement = vector.op("@@")(func.to_tsquery(text("'simple'"), wanted))
    return select(PICTURE_TEXTS.c.sequence).where(match)  # type: ignore[arg-type]
