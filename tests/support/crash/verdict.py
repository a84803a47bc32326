"""Whether every acknowledged job was done, once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from support.crash.history import LEDGER, Seen

# Between the service's clock reading and its line, and between a kill and our note of it.
_SLACK = 1.0


@dataclass(frozen=True)
class Execution:
    """One run of the service's method, from its two lines in the ledger.

    Attributes:
        name: random.
        pid: its process.
        began: Unix time.
        ended: Unix time; None if it was cut off.
    """

    name: str
    pid: int
    began: float
    ended: float | None = None


@dataclass(frozen=True)
class Kill:
    """A SIGKILL: when (Unix time), and of which process."""

    at: float
    kind: str
    pid: int


@dataclass(frozen=True)
class Row:
    """What the database holds of a job in the end."""

    id: str
    state: str


def read_ledger(text: str) -> dict[int, list[Execution]]:
    """Return the executions of each job's number, in the order in which they began."""
    begun: dict[str, tuple[int, Execution]] = {}
    for line in text.splitlines():
        what, number, name, pid, at = line.split()
        if what == "begin":
            begun[name] = int(number), Execution(name, int(pid), float(at))
        else:
            execution = begun[name][1]
            ended = Execution(name, execution.pid, execution.began, float(at))
            begun[name] = int(number), ended
    executions: dict[int, list[Execution]] = {}
    for number_, execution in sorted(begun.values(), key=lambda each: each[1].began):
        executions.setdefault(number_, []).append(execution)
    return executions


def problems(
    seen: Seen,
    executions: list[Execution],
    kills: list[Kill],
    rows: Mapping[str, list[Row]],
    pictures: Mapping[str, Any],
) -> list[str]:
    """Return what is wrong with one acknowledged job, in words; nothing if all is well.

    Args:
        seen: what its clients saw.
        executions: its executions, oldest first.
        kills: all kills of the run.
        rows: the database's rows by idempotency key.
        pictures: the right answer of each prompt.
    """
    found = list(seen.oddities)
    if len(seen.ids) != 1:
        found.append(f"one key gave {len(seen.ids)} jobs")
    found += _end_problems(seen)
    found += _row_problems(seen, rows.get(seen.work.key, []))
    if seen.ends and seen.ends[0][0] == "completed":
        found += _answer_problems(seen, executions, pictures)
    if seen.work.endpoint == LEDGER:
        found += _execution_problems(seen, executions, kills)
    return found


def _end_problems(seen: Seen) -> list[str]:
    if not seen.ends:
        return ["it is stuck: its end was never seen"]
    if len(seen.ends) > 1:
        return [f"it ended in {len(seen.ends)} ways: {seen.ends}"]
    how, told = seen.ends[0]
    return [] if how == "completed" else [f"it failed: {told}"]


def _row_problems(seen: Seen, rows: list[Row]) -> list[str]:
    if len(rows) != 1:
        return [f"the database holds {len(rows)} jobs of its key"]
    [row] = rows
    found = []
    if row.id not in seen.ids:
        found.append("the database holds another job of its key")
    if row.state != "succeeded":
        found.append(f"the database says that it is {row.state}")
    return found


def _answer_problems(
    seen: Seen, executions: list[Execution], pictures: Mapping[str, Any]
) -> list[str]:
    body = seen.work.body
    if seen.work.endpoint != LEDGER:
        right_one = seen.output == pictures[body["prompt"]]
        return [] if right_one else ["its picture is not the right one"]
    output = seen.output["output"]
    number = body["number"]
    right = {"number": number, "square": number * number}
    given = dict(output)
    name = given.pop("execution", None)
    if given != right:
        return [f"its answer is wrong: {output}"]
    if not any(each.name == name and each.ended is not None for each in executions):
        return ["its answer is of an execution that never ended"]
    return []


def _execution_problems(seen: Seen, executions: list[Execution], kills: list[Kill]) -> list[str]:
    found = []
    if seen.ended is not None and any(e.began > seen.ended + _SLACK for e in executions):
        found.append("it was executed again after its end had been seen")
    for first, second in pairwise(executions):
        # Whose death explains that it was sent again: the gateway's, or the replica's.
        if not any(
            first.began - _SLACK <= kill.at <= second.began + _SLACK
            and (kill.kind == "gateway" or kill.pid == first.pid)
            for kill in kills
        ):
            found.append("it was executed twice though nothing of it was killed in between")
    return found


def how_often(seen: list[Seen], executions: Mapping[int, list[Execution]]) -> dict[str, int]:
    """Return how many jobs were executed once, twice, ..."""
    counts = Counter(
        len(executions.get(each.work.number, [])) for each in seen if each.work.endpoint == LEDGER
    )
    return {str(times): counts[times] for times in sorted(counts)}
