"""Decides how many replicas an endpoint should have, and which are started and stopped.

Nothing here knows processes, requests or clocks: numbers go in, a decision comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inkcloud.domain.endpoint import Endpoint
from inkcloud.runtimes.demand import Demand


def replicas_wanted(endpoint: Endpoint, demand: Demand) -> int:
    """Return how many replicas an endpoint should have.

    So many as its requests need, or needed at any moment of its last `timeout_seconds`
    (the caller has the demand `forget` what is older), but never fewer than its minimum nor
    more than its maximum; none if it is paused.
    """
    if endpoint.paused:
        return 0
    return max(endpoint.min_replicas, min(demand.highest, endpoint.max_replicas))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the decision needs to know of one replica that takes requests.

    Attributes:
        number: which one it is.
        fresh: whether it runs what the endpoint says now, not what it said before.
        ready: whether it has come up and not been lost since.
        in_flight: how many requests it holds.
    """

    number: int
    fresh: bool = True
    ready: bool = True
    in_flight: int = 0


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What to do now.

    Attributes:
        start: so many replicas.
        drain: these replicas, by number: no more requests, and stop when idle.
    """

    start: int = 0
    drain: tuple[int, ...] = ()


def decide(replicas: Sequence[Standing], wanted: int) -> Steps:
    """Return the steps that bring the replicas nearer to what is wanted.

    Stale replicas that are ready are replaced one by one: one fresh replica more than wanted
    is started, and when it is ready one stale replica goes. A stale one that is not ready
    serves nobody and goes at once.

    Args:
        replicas: those that are not draining.
        wanted: how many there should be.
    """
    ready = _most_useful([each for each in replicas if each.fresh and each.ready], wanted)
    stale = [each for each in replicas if not each.fresh and each.ready]
    stale = _most_useful(stale, wanted - len(ready))
    # Where stale ones still serve, one that is on its way may be beyond the number wanted.
    room = wanted + bool(stale) - len(ready) - len(stale)
    unready = _most_useful([each for each in replicas if each.fresh and not each.ready], room)
    kept = {each.number for each in (*ready, *stale, *unready)}
    start = wanted - len(kept)
    if stale and not unready and start <= 0:
        start = 1
    drain = {each.number for each in replicas} - kept
    return Steps(start=max(0, start), drain=tuple(sorted(drain)))


def _most_useful(replicas: list[Standing], count: int) -> list[Standing]:
    """Return so many: the busiest, and of equally busy ones those of the lowest number."""
    replicas = sorted(replicas, key=lambda each: (-each.in_flight, each.number))
    return replicas[: max(0, count)]
