"""Which of several ways to do the same is the quickest on this machine, now."""

import time
from collections.abc import Callable, Mapping

ROUNDS = 5


def race(
    calls: Mapping[str, Callable[[], object]], watch: Callable[[int], None] = lambda done: None
) -> dict[str, list[float]]:
    """Time calls in turn, so that other work on the machine slows all alike.

    Args:
        calls: by name.
        watch: is told before each round how many were run.

    Returns:
        For each name the seconds of its call in each of `ROUNDS` rounds.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for done in range(ROUNDS):
        watch(done)
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    return times
