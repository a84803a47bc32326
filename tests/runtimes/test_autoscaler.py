from itertools import combinations_with_replacement, product

import pytest

from inkcloud.domain.endpoint import Endpoint
from inkcloud.runtimes.autoscaler import Standing, decide, replicas_wanted
from inkcloud.runtimes.demand import Demand

KINDS = [
    {"fresh": fresh, "ready": ready, "in_flight": in_flight}
    for fresh, ready, in_flight in product((True, False), (True, False), (0, 2))
]
# Every mix of up to four replicas of every kind.
FLEETS = [
    [Standing(number=number, **kind) for number, kind in enumerate(kinds)]
    for size in range(5)
    for kinds in combinations_with_replacement(KINDS, size)
]
WANTED = range(6)


def after(replicas, steps):
    kept = [each for each in replicas if each.number not in steps.drain]
    free = (number for number in range(99) if number not in {each.number for each in replicas})
    return kept + [Standing(number=next(free), ready=False) for _ in range(steps.start)]


def ready(replicas):
    return sum(each.ready for each in replicas)


def all_ready(replicas):
    return [
        Standing(number=r.number, fresh=r.fresh, ready=True, in_flight=r.in_flight)
        for r in replicas
    ]


@pytest.mark.parametrize("wanted", WANTED)
def test_never_more_than_one_beyond_the_number_wanted(wanted):
    for replicas in FLEETS:
        left = after(replicas, decide(replicas, wanted))
        replacing = any(not each.fresh for each in left)
        assert len(left) <= wanted + replacing, replicas
        assert len(left) >= wanted, replicas


@pytest.mark.parametrize("wanted", WANTED)
def test_what_serves_goes_on_serving_as_far_as_it_is_wanted(wanted):
    for replicas in FLEETS:
        left = after(replicas, decide(replicas, wanted))
        assert ready(left) == min(wanted, ready(replicas)), replicas


@pytest.mark.parametrize("wanted", WANTED)
def test_of_equal_replicas_the_busier_stay(wanted):
    for replicas in FLEETS:
        drained = set(decide(replicas, wanted).drain)
        for one, other in product(replicas, repeat=2):
            alike = (one.fresh, one.ready) == (other.fresh, other.ready)
            if alike and one.in_flight < other.in_flight and other.number in drained:
                assert one.number in drained, replicas


@pytest.mark.parametrize("wanted", WANTED)
def test_it_comes_to_rest_with_fresh_replicas_only(wanted):
    for replicas in FLEETS:
        fleet, least = replicas, min(wanted, ready(replicas))
        for _ in range(2 * len(replicas) + 2):
            steps = decide(fleet, wanted)
            fleet = after(fleet, steps)
            assert ready(fleet) >= least
            fleet = all_ready(fleet)
            least = min(wanted, ready(fleet))
        assert decide(fleet, wanted).drain == ()
        assert decide(fleet, wanted).start == 0
        assert len(fleet) == wanted
        assert all(each.fresh for each in fleet), replicas


@pytest.mark.parametrize("wanted", WANTED)
def test_stale_replicas_stay_as_long_as_fresh_ones_fail_to_get_ready(wanted):
    for replicas in FLEETS:
        fleet = replicas
        for _ in range(10):
            fleet = after(fleet, decide(fleet, wanted))
        steps = decide(fleet, wanted)
        assert (steps.start, steps.drain) == (0, ()), replicas
        assert ready(fleet) == min(wanted, ready(replicas))


@pytest.mark.parametrize(
    ("needed", "low", "high", "paused", "wanted"),
    [
        (0, 0, 3, False, 0),
        (1, 0, 3, False, 1),
        (9, 0, 3, False, 3),
        (0, 2, 3, False, 2),
        (9, 2, 2, False, 2),
        (9, 2, 3, True, 0),
    ],
)
def test_the_need_is_held_between_the_minimum_and_the_maximum(needed, low, high, paused, wanted):
    endpoint = Endpoint(name="e", service="m:C", min_replicas=low, max_replicas=high, paused=paused)

    assert replicas_wanted(endpoint, Demand(needed)) == wanted
    assert replicas_wanted(endpoint, Demand(0, ((1.0, needed),))) == wanted
