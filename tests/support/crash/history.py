"""What the clients of a crash run saw of each job."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

LEDGER = "ledger"
PICTURES = "text2image"


@dataclass(frozen=True)
class Work:
    """One request that is to become one job.

    Attributes:
        number: counts the run's requests.
        endpoint: LEDGER or PICTURES.
        body: what is sent.
    """

    number: int
    endpoint: str
    body: dict[str, Any]

    @property
    def path(self) -> str:
        verb = "infer" if self.endpoint == LEDGER else "predict"
        return f"/endpoints/{self.endpoint}/{verb}"

    @property
    def key(self) -> str:
        """The idempotency key."""
        return f"crash-{self.number}"


@dataclass
class Seen:
    """What was seen of one request and its job.

    Attributes:
        work: the request.
        ids: the job's ids that submissions were answered with, each once.
        submissions: how often it was sent, with the same key.
        acknowledged: when the first 202 came, Unix time; None before.
        ended: when the end was first seen, Unix time.
        ends: the different ends that were seen: ("completed", its answer's SHA-256) or
            ("refused", status and code).
        output: the first answer.
        oddities: what may never be, in words.
    """

    work: Work
    ids: list[str] = field(default_factory=list)
    submissions: int = 0
    acknowledged: float | None = None
    ended: float | None = None
    ends: list[tuple[str, str]] = field(default_factory=list)
    output: Any = None
    oddities: list[str] = field(default_factory=list)


class History:
    """All of it; safe to use from several threads."""

    def __init__(self) -> None:
        self.seen: dict[int, Seen] = {}
        self._changing = threading.Lock()

    def sent(self, work: Work) -> None:
        with self._changing:
            self.seen.setdefault(work.number, Seen(work)).submissions += 1

    def accepted(self, work: Work, job: str) -> None:
        with self._changing:
            seen = self.seen[work.number]
            if job not in seen.ids:
                seen.ids.append(job)
            seen.acknowledged = seen.acknowledged or time.time()

    def unfinished(self, number: int) -> None:
        """Note that a job was seen waiting or running."""
        with self._changing:
            if self.seen[number].ends:
                self._odd(number, "it was unfinished again after its end had been seen")

    def ended(self, number: int, end: tuple[str, str], output: object = None) -> None:
        with self._changing:
            seen = self.seen[number]
            if end not in seen.ends:
                seen.ends.append(end)
            if seen.ended is None:
                seen.ended, seen.output = time.time(), output

    def odd(self, number: int, words: str) -> None:
        """Note what may never be."""
        with self._changing:
            self._odd(number, words)

    def acknowledged(self) -> list[Seen]:
        with self._changing:
            return [seen for seen in self.seen.values() if seen.ids]

    def _odd(self, number: int, words: str) -> None:
        oddities = self.seen[number].oddities
        if words not in oddities:
            oddities.append(words)
