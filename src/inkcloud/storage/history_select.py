"""The statements that find pictures of the history."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, column, func, select, table, text, tuple_
from sqlalchemy.sql.expression import ClauseElement

from inkcloud.domain.history_query import HistoryQuery, HistorySort
from inkcloud.domain.search_words import search_words
from inkcloud.storage.schema import PICTURE_TEXTS, PICTURES, PICTURES_SEARCH

_NUMBER: Column[Any] = PICTURES.c.sequence
_COLUMNS: dict[HistorySort, tuple[Column[Any], bool]] = {
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
    value, descending = _COLUMNS[query.sort]
    if query.before:
        descending = not descending
    filters = [*seen_by(opened), *_filters(query, dialect)]
    if anchor is not None:
        filters.append(_beyond(value, anchor, descending=descending))
    found = select(_NUMBER).where(_lies(deleted=query.deleted), *filters)
    if query.text.strip():
        # Words alone, in the order of time, are looked up one by one from the newest picture
        # that has them. With anything else that would be each of them, so the sum has SQLite
        # walk along the order, and ask of each picture that passes whether it has the words.
        walks = dialect == "sqlite" and (bool(filters) or value is not _NUMBER)
        words = _matches(search_words(query.text), dialect)
        found = found.where((_NUMBER + 0 if walks else _NUMBER).in_(words))
    order = [value] if value is _NUMBER else [value, _NUMBER]
    sorted_by = [each.desc() if descending else each.asc() for each in order]
    # The inner query reads narrow entries; only the rows wanted are then read whole.
    found = found.order_by(*sorted_by).limit(query.limit + 1)
    return all_columns().where(_NUMBER.in_(found)).order_by(*sorted_by)


def anchor(query: HistoryQuery, opened: str) -> Select[Any]:
    """Return the query for where `after` or `before` stands in the order."""
    value, _ = _COLUMNS[query.sort]
    named = PICTURES.c.id == (query.before or query.after)
    return select(value.label("value"), PICTURES.c.sequence).where(named, *seen_by(opened))


def _beyond(
    value: ColumnElement[Any], anchor: tuple[Any, int], *, descending: bool
) -> ColumnElement[bool]:
    if value is _NUMBER:
        return value < anchor[1] if descending else value > anchor[1]
    here = tuple_(value, _NUMBER)
    return here < anchor if descending else here > anchor


def _lies(*, deleted: bool) -> ColumnElement[bool]:
    when: ColumnElement[Any] = PICTURES.c.deleted
    return when.is_not(None) if deleted else when.is_(None)


def _filters(query: HistoryQuery, dialect: str) -> Iterable[ColumnElement[bool]]:
    if query.endpoint:
        yield PICTURES.c.endpoint == query.endpoint
    if query.scheduler is not None:
        yield PICTURES.c.scheduler == query.scheduler.value
    if query.kind is not None:
        yield PICTURES.c.kind == query.kind.value
    if query.favourites:
        yield PICTURES.c.favourite.is_(True)
    # SQLite keeps no statistics, and would read and sort all of a range rather than walk along
    # the order until a page is full: of a sum it has no index.
    walked = _COLUMNS[query.sort][0] if dialect == "sqlite" else None
    yield from _within(PICTURES.c.steps, query.steps, walked)
    yield from _within(PICTURES.c.guidance, query.guidance, walked)


def _within(
    value: Column[Any], bounds: tuple[Any, Any], walked: Column[Any] | None
) -> Iterable[ColumnElement[bool]]:
    low, high = bounds
    compared = value if walked is None or walked is value else value + 0
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
    texts = select(PICTURE_TEXTS.c.sequence).where(match)  # type: ignore[arg-type]
    # PostgreSQL cannot know how rare the beginning of a word is: left to itself it would walk
    # along the order and cut the words of every text anew, seconds long for a rare one.
    return select(texts.cte("found").prefix_with("MATERIALIZED").c.sequence)
