"""The query of an address as a question to the history."""

from typing import Annotated

from fastapi import Depends, Query

from inkcloud.domain.history_query import DEFAULT_LIMIT, PAGE_LIMIT, QUERY_LENGTH, HistoryQuery
from inkcloud.domain.history_query import HistorySort as Sort
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire.history_body import ID_LENGTH, ID_PATTERN

_LARGEST = 2**31 - 1
_Text = Annotated[
    str,
    Query(
        max_length=QUERY_LENGTH,
        description="Words that the prompt, the negative prompt or the note must hold; each "
        "may be the beginning of a word.",
    ),
]
_Name = Annotated[str, Query(max_length=63, pattern="^[a-z0-9-]*$")]
_Steps = Annotated[int | None, Query(ge=0, le=_LARGEST)]
_Guidance = Annotated[float | None, Query(ge=0, le=_LARGEST, allow_inf_nan=False)]
_Place = Annotated[
    str,
    Query(
        max_length=ID_LENGTH,
        pattern=ID_PATTERN,
        description="A picture's id, as a page gives it as `next` or `previous`.",
    ),
]


def history_query(
    query: _Text = "",
    endpoint: _Name = "",
    scheduler: SamplerName | None = None,
    min_steps: _Steps = None,
    max_steps: _Steps = None,
    min_guidance: _Guidance = None,
    max_guidance: _Guidance = None,
    favourites: bool = False,
    kind: PictureKind | None = None,
    deleted: bool = False,
    sort: Sort = Sort.NEWEST,
    after: _Place = "",
    before: _Place = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = DEFAULT_LIMIT,
) -> HistoryQuery:
    """Return what the caller looks for."""
    return HistoryQuery(
        text=query,
        endpoint=endpoint,
        scheduler=scheduler,
        steps=(min_steps, max_steps),
        guidance=(min_guidance, max_guidance),
        favourites=favourites,
        kind=kind,
        deleted=deleted,
        sort=sort,
        after=after,
        before=before,
        limit=limit,
    )


HistoryParameters = Annotated[HistoryQuery, Depends(history_query)]
