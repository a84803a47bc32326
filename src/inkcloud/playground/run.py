"""A run: the generations that one press of the button started, one a panel."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from inkcloud.playground.link import MAXIMUM_PANELS

DEFAULT_PANELS = 3
TAG_PREFIX = "playground/"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Run:
    """Which generation each panel shows.

    Attributes:
        id: names the run in its generations' tags.
        jobs: for each panel the generation's id, or None; as many as there are panels.
    """

    id: str
    jobs: tuple[str | None, ...] = (None,) * DEFAULT_PANELS

    def new_tag(self, panel: int) -> str:
        """Return a fresh tag for a panel's generation; panels count from 0, tags from 1."""
        return f"{TAG_PREFIX}{self.id}/{panel + 1}/{secrets.token_hex(4)}"

    @classmethod
    def new(cls, panels: int) -> "Run":
        """Return a fresh run of so many panels, without generations."""
        return cls(new_run_id(), (None,) * panels)

    def with_jobs(self, jobs: Sequence[str | None]) -> "Run":
        """Return the run with other panels."""
        return replace(self, jobs=tuple(jobs))

    def with_job(self, panel: int, job: str | None) -> "Run":
        """Return the run with another generation in a panel."""
        jobs = tuple(job if i == panel else known for i, known in enumerate(self.jobs))
        return replace(self, jobs=jobs)

    def to_query(self) -> dict[str, str]:
        """Return what the page's address keeps, so that a reload finds the run again."""
        jobs = {f"panel{i + 1}": job for i, job in enumerate(self.jobs) if job is not None}
        usual = len(self.jobs) == DEFAULT_PANELS
        panels = {} if usual else {"panels": str(len(self.jobs))}
        return {"run": self.id, **jobs, **panels} if jobs else panels

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Run | None":
        """Read `to_query`'s form; None if the address names no generation.

        Ids become part of request paths, so anything that cannot be one is left out.
        """
        found = [_checked(query.get(f"panel{i + 1}")) for i in range(MAXIMUM_PANELS)]
        panels = _panels(query.get("panels", ""))
        if not any(found) and panels is None:
            return None
        used = max((i + 1 for i, job in enumerate(found) if job), default=1)
        jobs = tuple(found[: max(used, panels or DEFAULT_PANELS)])
        return cls(_checked(query.get("run")) or new_run_id(), jobs)


def new_run_id() -> str:
    """Return a fresh run's id."""
    return secrets.token_hex(6)


def latest_run(tagged: Iterable[tuple[str, str]]) -> Run | None:
    """Return the newest run among (tag, generation id) pairs, given newest first."""
    run: Run | None = None
    for tag, job in tagged:
        found = re.fullmatch(rf"{TAG_PREFIX}([A-Za-z0-9_-]+)/([1-{MAXIMUM_PANELS}])(/.*)?", tag)
        if found is None:
            continue
        run_id, panel = found[1], int(found[2]) - 1
        run = run or Run(run_id)
        if run.id != run_id:
            continue
        missing = panel + 1 - len(run.jobs)
        run = run.with_jobs([*run.jobs, *[None] * missing])
        if run.jobs[panel] is None:
            run = run.with_job(panel, job)
    return run


def _panels(text: str) -> int | None:
    """Return the number of panels that an address asks for; None if it asks for none."""
    return int(text) if text in {str(i + 1) for i in range(MAXIMUM_PANELS)} else None


def _checked(text: str | None) -> str | None:
    return text if text is not None and _ID.fullmatch(text) else None
