"""One endpoint's recent past, as points in time."""

import math
from collections import deque
from datetime import UTC, datetime
from typing import Any

from inkcloud.domain.replica_status import ReplicaPhase
from inkcloud.gateway.measured import PREFIX, Measured

INTERVAL_SECONDS = 5.0
POINTS = 720
_FIRST_FAULT = 500
_MOST_TIMES = 10_000


class Series:
    """Keeps a point every five seconds, for an hour."""

    def __init__(self) -> None:
        self._points: deque[dict[str, Any]] = deque(maxlen=POINTS)
        self._times: list[float] = []
        self._requests = 0
        self._faults = 0
        self._totals: dict[str, float] = {}

    def note(self, status: int, seconds: float) -> None:
        """Count a request into the next point."""
        self._requests += 1
        self._faults += status >= _FIRST_FAULT
        if len(self._times) < _MOST_TIMES:
            self._times.append(seconds)

    def sample(self, now: Measured) -> None:
        """Add a point, with what was counted since the last one."""
        times = sorted(self._times)
        self._points.append(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "requests": self._requests,
                "faults": self._faults,
                "seconds_median": _share(times, 0.5),
                "seconds_p95": _share(times, 0.95),
                "in_flight": now.load.in_flight,
                "waiting": now.load.waiting,
                "replicas": sum(phase is ReplicaPhase.READY for phase in now.phases),
                "memory_bytes": sum(now.memory_bytes.values()),
                "batch_rows": self._mean(now, "batch_rows"),
                "step_seconds": self._mean(now, "step_seconds"),
            }
        )
        self._times, self._requests, self._faults = [], 0, 0

    def points(self) -> list[dict[str, Any]]:
        """Return the points, oldest first."""
        return list(self._points)

    def _mean(self, now: Measured, name: str) -> float | None:
        """Return the mean of a histogram or summary of the replicas since the last point."""
        total, count = (self._growth(now, PREFIX + name + suffix) for suffix in ("_sum", "_count"))
        return total / count if count > 0 and math.isfinite(total) else None

    def _growth(self, now: Measured, name: str) -> float:
        value = sum(
            sample.value
            for report in now.reported.values()
            for family in report
            for sample in family.samples
            if sample.name == name
        )
        before = self._totals.get(name, 0.0)
        self._totals[name] = value
        return value - before if value >= before else value


def _share(times: list[float], share: float) -> float | None:
    return times[min(len(times) - 1, int(len(times) * share))] if times else None
