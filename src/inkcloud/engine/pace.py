"""How long model calls take at present."""

from collections import deque
from statistics import median

REMEMBERED = 9


class Pace:
    """Estimates the time a call from the last few.

    The first call of each picture is left out, because it pays for warming up. A picture's
    calls often end together with those of its request's other pictures, so a time is taken
    over as many calls as there are pictures. The median passes over a call that something
    else on the machine held up.

    Args:
        pictures: how many pictures the calls belong to.
    """

    def __init__(self, pictures: int) -> None:
        self._pictures = pictures
        self._ends: deque[float] = deque(maxlen=pictures + REMEMBERED)

    def note(self, now: float) -> None:
        """Count a call that ended at a time, in seconds."""
        self._ends.append(now)

    @property
    def seconds(self) -> float | None:
        """The time that a call takes, or None before there is one to measure."""
        ends = list(self._ends)
        spans = [
            (end - before) / self._pictures
            for before, end in zip(ends, ends[self._pictures :], strict=False)
        ]
        return median(spans) if spans else None
