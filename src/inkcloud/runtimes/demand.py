"""How many replicas the load has asked for, now and of late."""

from dataclasses import dataclass

from inkcloud.domain.load import Load


def replicas_needed(load: Load, concurrency_per_replica: int) -> int:
    """Return how many replicas have a place for every request that is there now."""
    requests = load.in_flight + load.waiting
    return -(-requests // concurrency_per_replica)


@dataclass(frozen=True)
class Demand:
    """The present need, and the larger ones before it that have not lapsed.

    Attributes:
        needed: replicas that are needed now.
        past: larger needs, as (moment until which it held, replicas), in seconds of any
            steady clock. Moments grow and needs shrink: a need that a later one reached
            tells nothing more.
    """

    needed: int = 0
    past: tuple[tuple[float, int], ...] = ()

    def observe(self, needed: int, now: float) -> "Demand":
        """Return the demand once so many replicas are needed from now on."""
        if needed == self.needed:
            return self
        past = self.past if needed > self.needed else (*self.past, (now, self.needed))
        return Demand(needed, tuple(entry for entry in past if entry[1] > needed))

    def forget(self, timeout: float, now: float) -> "Demand":
        """Return the demand without what had its end at least `timeout` seconds ago."""
        past = tuple(entry for entry in self.past if entry[0] + timeout > now)
        return self if past == self.past else Demand(self.needed, past)

    @property
    def highest(self) -> int:
        """The most replicas that were needed at any moment that is not forgotten."""
        return max((self.needed, *(needed for _, needed in self.past)))

    def lapses(self, timeout: float) -> float | None:
        """Return the moment at which the next past need lapses; None if there is none."""
        return self.past[0][0] + timeout if self.past else None
