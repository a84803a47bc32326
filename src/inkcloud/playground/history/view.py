"""Which pictures the page shows: what its address keeps and its fields say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from inkcloud.domain.history_query import QUERY_LENGTH, HistorySort
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import LIMITS

PAGE = 36
STEPS: tuple[int, int] = LIMITS.steps
GUIDANCE: tuple[float, float] = LIMITS.guidance_scale
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_RANGE = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)-(\d{1,5}(?:\.\d{1,4})?)")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class HistoryView:
    """One page of the history.

    Attributes:
        text: words that are searched for.
        scheduler: only this sampler's; None is any.
        kind: single pictures or those of experiments; None is both.
        steps: fewest and most steps; the whole range is no filter.
        guidance: lowest and highest guidance; the whole range is no filter.
        favourites: only favourites.
        deleted: what is deleted, in place of the rest.
        sort: what comes first.
        after: the picture that the page begins after; "" begins at the first.
        before: the picture that the page ends before.
    """

    text: str = ""
    scheduler: SamplerName | None = None
    kind: PictureKind | None = None
    steps: tuple[int, int] = STEPS
    guidance: tuple[float, float] = GUIDANCE
    favourites: bool = False
    deleted: bool = False
    sort: HistorySort = HistorySort.NEWEST
    after: str = ""
    before: str = ""

    @property
    def filtered(self) -> bool:
        """Whether some pictures are left out."""
        return self.first_page() != HistoryView(sort=self.sort)

    def first_page(self) -> "HistoryView":
        """Return the first page of the same pictures."""
        return replace(self, after="", before="")

    def filters(self) -> dict[str, Any]:
        """Return what the client takes for this page."""
        steps, guidance = self.steps, self.guidance
        return {
            "query": self.text,
            "scheduler": self.scheduler,
            "kind": self.kind,
            "min_steps": steps[0] if steps[0] > STEPS[0] else None,
            "max_steps": steps[1] if steps[1] < STEPS[1] else None,
            "min_guidance": guidance[0] if guidance[0] > GUIDANCE[0] else None,
            "max_guidance": guidance[1] if guidance[1] < GUIDANCE[1] else None,
            "favourites": self.favourites,
            "deleted": self.deleted,
            "sort": self.sort,
            "after": self.after or None,
            "before": self.before or None,
            "limit": PAGE,
        }

    def to_query(self) -> dict[str, str]:
        """Return what the page's address keeps: all that is not as usual."""
        values = {
            "q": self.text,
            "scheduler": self.scheduler.value if self.scheduler else "",
            "kind": self.kind.value if self.kind else "",
            "steps": _range_text(self.steps, STEPS),
            "guidance": _range_text(self.guidance, GUIDANCE),
            "favourites": "1" if self.favourites else "",
            "deleted": "1" if self.deleted else "",
            "sort": "" if self.sort is HistorySort.NEWEST else self.sort.value,
            "after": self.after,
            "before": self.before,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "HistoryView":
        """Read `to_query`'s form; what cannot be read is left as usual."""
        steps = _range(query.get("steps", ""), STEPS)
        return cls(
            text=query.get("q", "")[:QUERY_LENGTH],
            scheduler=_choice(SamplerName, query.get("scheduler", "")),
            kind=_choice(PictureKind, query.get("kind", "")),
            steps=(int(steps[0]), int(steps[1])),
            guidance=_range(query.get("guidance", ""), GUIDANCE),
            favourites=query.get("favourites") == "1",
            deleted=query.get("deleted") == "1",
            sort=_choice(HistorySort, query.get("sort", "")) or HistorySort.NEWEST,
            after=checked_id(query.get("after", "")),
            before=checked_id(query.get("before", "")),
        )


def checked_id(text: str) -> str:
    """Return a picture's id; "" for a text that cannot be one."""
    return text if _ID.fullmatch(text) else ""


def _choice(kind: type[_Choice], text: str) -> _Choice | None:
    return next((each for each in kind if each.value == text), None)


def _range_text(chosen: tuple[float, float], whole: tuple[float, float]) -> str:
    return "" if tuple(chosen) == whole else f"{chosen[0]:g}-{chosen[1]:g}"


def _range(text: str, whole: tuple[float, float]) -> tuple[float, float]:
    found = _RANGE.fullmatch(text)
    if found is None:
        return whole
    low, high = (min(max(float(number), whole[0]), whole[1]) for number in found.groups())
    return (low, high) if low <= high else whole
