import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.load import Load
from inkcloud.runtimes.demand import Demand, replicas_needed

CHANGES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 4)), max_size=12)


def test_as_many_are_needed_as_have_a_place_for_every_request():
    for in_flight in range(12):
        for waiting in range(12):
            for concurrency in range(1, 12):
                wanted = math.ceil((in_flight + waiting) / concurrency)
                load = Load(in_flight=in_flight, waiting=waiting)
                assert replicas_needed(load, concurrency) == wanted


@given(changes=CHANGES, timeout=st.integers(0, 40), end=st.integers(0, 120))
def test_the_highest_is_the_most_at_any_moment_within_the_timeout(changes, timeout, end):
    """Beside a list of the need in every second."""
    needs, now, demand = [], 0, Demand()
    for pause, needed in changes:
        needs += [demand.needed] * pause
        now += pause
        demand = demand.observe(needed, now).forget(timeout, now)
    needs += [demand.needed] * end
    now += end

    demand = demand.forget(timeout, now)

    assert demand.highest == max([demand.needed, *needs[max(0, now - timeout) :]])


@given(changes=CHANGES, timeout=st.integers(0, 40))
def test_it_says_when_to_look_again(changes, timeout):
    now, demand = 0, Demand()
    for pause, needed in changes:
        now += pause
        demand = demand.observe(needed, now).forget(timeout, now)

    while (moment := demand.lapses(timeout)) is not None:
        before = demand.highest
        assert demand.forget(timeout, moment - 0.001).highest == before
        demand = demand.forget(timeout, moment)
        assert demand.highest < before
    assert demand.highest == demand.needed


@pytest.mark.parametrize("timeout", [0, 10])
def test_a_rise_counts_at_once_and_a_fall_after_the_timeout(timeout):
    demand = Demand().observe(3, 100.0).forget(timeout, 100.0)
    assert demand.highest == 3

    demand = demand.observe(1, 200.0).forget(timeout, 200.0)

    assert demand.forget(timeout, 200.0).highest == (3 if timeout else 1)
    assert demand.forget(timeout, 200.0 + timeout).highest == 1
