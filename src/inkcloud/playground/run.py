"""A run: the generations that one press of the button started, one a panel."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

PANELS = 3
TAG_PREFIX = "playground/"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Run:
    """Which generation each panel shows.

    Attributes:
        id: names the run in its generations' tags.
        jobs: for each panel the generation's id, or None.
    """

    id: str
    jobs: tuple[str | None, ...] = (None,) * PANELS

    def new_tag(self, panel: int) -> str:
        """Return a fresh tag for a panel's generation; panels count from 0, tags from 1."""
        return f"{TAG_PREFIX}{self.id}/{panel + 1}/{secrets.token_hex(4)}"

    def with_job(self, panel: int, job: str | None) -> "Run":
        """Return the run with another generation in a panel."""
        jobs = tuple(job if i == panel else known for i, known in enumerate(self.jobs))
        return replace(self, jobs=jobs)

    def to_query(self) -> dict[str, str]:
        """Return what the page's address keeps, so that a reload finds the run again."""
        jobs = {f"panel{i + 1}": job for i, job in enumerate(self.jobs) if job is not None}
        return {"run": self.id, **jobs} if jobs else {}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Run | None":
        """Read `to_query`'s form; None if the address names no generation.

        Ids become part of request paths, so anything that cannot be one is left out.
        """
        jobs = tuple(_checked(query.get(f"panel{i + 1}")) for i in range(PANELS))
        if not any(jobs):
            return None
        return cls(_checked(query.get("run")) or new_run_id(), jobs)


def new_run_id() -> str:
    """Return a fresh run's id."""
    return secrets.token_hex(6)


def latest_run(tagged: Iterable[tuple[str, str]]) -> Run | None:
    """Return the newest run among (tag, generation id) pairs, given newest first."""
    run: Run | None = None
    for tag, job in tagged:
        found = re.fullmatch(rf"{TAG_PREFIX}([A-Za-z0-9_-]+)/([1-{PANELS}])(/.*)?", tag)
        if found is None:
            continue
        run_id, panel = found[1], int(found[2]) - 1
        run = run or Run(run_id)
        if run.id == run_id and run.jobs[panel] is None:
            run = run.with_job(panel, job)
    return run


def _checked(text: str | None) -> str | None:
    return text if text is not None and _ID.fullmatch(text) else None
