import asyncio

import pytest

from inkcloud.domain.errors import Conflict
from inkcloud.runtimes.lease_queue import LeaseQueue

pytestmark = pytest.mark.anyio
LONG = 60


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Line:
    """A queue, and what came back to it."""

    def __init__(self):
        self.returned = []
        self.queue = LeaseQueue(self.returned.append)

    def stand(self, **options):
        turn = self.queue.join(**options)
        return asyncio.ensure_future(self.queue.wait(turn, LONG))


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_places_are_given_in_order():
    line = Line()
    waiting = [line.stand() for _ in range(3)]
    await settle()

    for place in ("a", "b", "c"):
        line.queue.grant(place)

    assert await asyncio.gather(*waiting) == ["a", "b", "c"]
    assert len(line.queue) == 0


async def test_those_who_lost_their_replica_go_first_in_their_own_order():
    line = Line()
    late = [line.stand() for _ in range(2)]
    again = [line.stand(in_front=True) for _ in range(2)]
    await settle()

    for place in range(4):
        line.queue.grant(place)

    assert await asyncio.gather(*again, *late) == [0, 1, 2, 3]


async def test_each_is_told_how_many_are_ahead_and_only_when_it_changes():
    line, told = Line(), [[] for _ in range(3)]
    waiting = [line.stand(tell_position=heard.append) for heard in told]
    await settle()

    line.queue.tell_positions(2)
    line.queue.tell_positions(2)
    line.queue.grant("place")
    line.queue.tell_positions(2)

    assert told == [[2], [3, 2], [4, 3]]
    for each in waiting:
        each.cancel()


async def test_one_who_gives_up_leaves_the_line():
    line = Line()
    first, second, third = (line.stand() for _ in range(3))
    await settle()

    second.cancel()
    await settle()
    line.queue.grant("a")
    line.queue.grant("b")

    assert [await first, await third] == ["a", "b"]
    assert line.returned == []


async def test_a_place_that_comes_to_one_who_gives_up_in_that_moment_is_given_back():
    line = Line()
    waiting = line.stand()
    await settle()

    line.queue.grant("place")
    waiting.cancel()
    await settle()

    assert waiting.cancelled()
    assert line.returned == ["place"]


async def test_who_waits_too_long_may_go_on_waiting_or_leave():
    line = Line()
    turn = line.queue.join()

    assert await line.queue.wait(turn, 0) is None
    assert len(line.queue) == 1
    line.queue.leave(turn)

    assert len(line.queue) == 0
    with pytest.raises(IndexError):
        line.queue.grant("place")


async def test_all_can_be_sent_away_each_with_an_error_of_its_own():
    line = Line()
    waiting = [line.stand() for _ in range(3)]
    await settle()

    waiting[2].cancel()
    line.queue.fail(lambda: Conflict("paused"))

    errors = await asyncio.gather(*waiting[:2], return_exceptions=True)
    assert [type(error) for error in errors] == [Conflict, Conflict]
    assert errors[0] is not errors[1]
    assert len(line.queue) == 0


async def test_the_patient_stay_in_their_order_when_the_others_are_sent_away():
    line = Line()
    turns = [line.queue.join(patient=number != 1) for number in range(3)]

    line.queue.fail(lambda: Conflict("paused"), patient_too=False)
    line.queue.grant("first")
    line.queue.grant("second")

    assert isinstance(turns[1].exception(), Conflict)
    assert [turns[0].result(), turns[2].result()] == ["first", "second"]
