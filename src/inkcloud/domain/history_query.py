"""Which pictures of the history are wanted, and in which order."""

from dataclasses import dataclass
from enum import StrEnum

from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName

QUERY_LENGTH = 200
PAGE_LIMIT = 200
DEFAULT_LIMIT = 48


class HistorySort(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    MOST_STEPS = "most_steps"
    FEWEST_STEPS = "fewest_steps"
    HIGHEST_GUIDANCE = "highest_guidance"
    LOWEST_GUIDANCE = "lowest_guidance"
    SLOWEST = "slowest"
    FASTEST = "fastest"


@dataclass(frozen=True, kw_only=True)
class HistoryQuery:
    """One page of the history.

    Attributes:
        text: words that the prompt, the negative prompt or the note must hold; each may be
            the beginning of a word. "" is any.
        endpoint: only pictures that this endpoint drew; "" is any.
        scheduler: only pictures of this sampler; None is any.
        steps: fewest and most sampling steps; None is no bound.
        guidance: lowest and highest guidance; None is no bound.
        favourites: only pictures that are marked.
        kind: only pictures drawn for this; None is any.
        deleted: the deleted pictures in place of the others.
        sort: what comes first.
        after: the id of the picture that the page begins after; "" begins at the first.
        before: the id of the picture that the page ends before; "" does not matter.
        limit: so many at most.
    """

    text: str = ""
    endpoint: str = ""
    scheduler: SamplerName | None = None
    steps: tuple[int | None, int | None] = (None, None)
    guidance: tuple[float | None, float | None] = (None, None)
    favourites: bool = False
    kind: PictureKind | None = None
    deleted: bool = False
    sort: HistorySort = HistorySort.NEWEST
    after: str = ""
    before: str = ""
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Some pictures in order, and where the neighbouring pages are.

    Attributes:
        entries: the pictures.
        next: what `after` of the next page is; "" if there is none.
        previous: what `before` of the previous page is; "" if there is none.
    """

    entries: tuple[HistoryEntry, ...] = ()
    next: str = ""
    previous: str = ""
