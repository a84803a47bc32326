import asyncio

import pytest

from inkcloud.control.lane import Lane

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Traveller:
    """One who wants through a lane; says when it is in, and leaves when told."""

    def __init__(self, lane):
        self.positions = []
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.ensure_future(self._travel(lane))

    async def _travel(self, lane):
        async with lane.slot(self.positions.append):
            self.inside.set()
            await self.leave.wait()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_so_many_go_at_once_and_the_rest_wait_in_order():
    lane = Lane(2)
    travellers = [Traveller(lane) for _ in range(5)]
    await settle()

    assert [t.inside.is_set() for t in travellers] == [True, True, False, False, False]
    assert [t.positions for t in travellers] == [[], [], [2], [3], [4]]

    travellers[0].leave.set()
    await settle()

    assert [t.inside.is_set() for t in travellers] == [True, True, True, False, False]
    assert [t.positions for t in travellers[3:]] == [[3, 2], [4, 3]]

    for traveller in travellers:
        traveller.leave.set()
    await asyncio.gather(*(t.task for t in travellers))
    assert all(t.inside.is_set() for t in travellers)


async def test_one_who_gives_up_waiting_moves_the_others_up():
    lane = Lane(1)
    first, second, third = (Traveller(lane) for _ in range(3))
    await settle()

    second.task.cancel()
    await settle()

    assert third.positions == [2, 1]
    third.leave.set()
    first.leave.set()
    await asyncio.gather(first.task, third.task)
    assert not second.inside.is_set()


async def test_a_place_given_to_one_who_gives_up_in_that_moment_goes_on():
    lane = Lane(1)
    first, second, third = (Traveller(lane) for _ in range(3))
    await settle()

    first.leave.set()
    await first.inside.wait()
    await asyncio.sleep(0)  # the first leaves: the place is the second's, who does not know yet
    second.task.cancel()
    await settle()

    assert third.inside.is_set()
    third.leave.set()
    await asyncio.gather(first.task, third.task)
