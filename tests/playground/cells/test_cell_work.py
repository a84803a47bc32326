"""A run of cells against the real gateway before a stub replica."""

import time
from dataclasses import replace

import pytest

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InvalidRequest, Unavailable
from inkcloud.domain.job import Job, JobState, new_job_id
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.cells.found import LIST_LIMIT, find_generations
from inkcloud.playground.presets import PRESETS
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, tiny_png

PATIENCE = 30
BASE = PRESETS[0].parameters
SEEDS = Axis(AxisKind.SEED, tuple("123456"))
STEPS = Axis(AxisKind.STEPS, ("5", "10"))
GRID = CellsDefinition("quick", BASE, (STEPS, SEEDS))


@pytest.fixture(scope="module")
def stub():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(stub, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(stub)) as running:
        yield running


@pytest.fixture
def replica(stub):
    stub.forget()
    yield stub
    stub.release()


@pytest.fixture
def open_tab(gateway, replica):
    """Make a work of a run, as a page does that was opened at its address."""
    clients = {}

    def open_tab(run, at_once=4, kind=InkcloudClient, token=gateway.token, clock=time.monotonic):
        def of(endpoint):
            name = endpoint or "open"
            if (name, kind, token) not in clients:
                clients[name, kind, token] = kind(gateway.url, token=token, endpoint=name)
            return clients[name, kind, token]

        of("")  # here, because tabs may run in threads
        return CellWork(run, of, at_once, clock)

    yield open_tab
    for client in clients.values():
        client.close()


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv("INKCLOUD_TOKEN", raising=False)
    monkeypatch.delenv("INKCLOUD_TOKEN_FILE", raising=False)


def until(work, met):
    end = time.monotonic() + PATIENCE
    while not met(work):
        assert time.monotonic() < end, [work.status(cell) for cell in work.cells]
        work.look()
    return work


def finish(work):
    return until(work, lambda work: not work.active)


def prompts(*texts):
    return CellsDefinition("x", BASE, (Axis(AxisKind.PROMPT, texts),))


def states(work):
    found = [work.status(cell) for cell in work.cells]
    return [status and status.state.value for status in found]


def test_every_cell_is_drawn_once_and_its_picture_is_fetched(open_tab, replica):
    work = finish(open_tab(CellRun.new(GRID)))

    assert (work.done, work.failed, work.trouble) == (12, 0, None)
    assert [work.picture(cell) for cell in work.cells] == [
        tiny_png(seed=seed) for _ in "ab" for seed in (1, 2, 3, 4, 5, 6)
    ]
    assert len(replica.requests) == 12
    assert all(request["preview_every"] == 0 for request in replica.requests)


def test_few_cells_are_at_the_gateway_at_once_and_the_corners_are_first(open_tab, replica):
    run = CellRun.new(replace(GRID, prompt="slow"))

    work = open_tab(run, at_once=4)
    work.look()
    work.look()

    running = [cell.position for cell in work.cells if work.status(cell)]
    assert running == [(0, 0), (0, 5), (1, 0), (1, 5)]
    replica.release()
    finish(work)
    assert work.done == 12
    assert replica.most_at_once <= 4


class Clock:
    """A clock that stands still until it is told to go on."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(("seconds", "expected"), [(0.5, [4, 4, 4, 4]), (60.0, [4, 8, 16, 32])])
def test_more_cells_go_at_once_while_looks_are_too_rare_for_the_engine(open_tab, seconds, expected):
    clock, seeds = Clock(), Axis(AxisKind.SEED, tuple(map(str, range(100))))
    work = open_tab(CellRun.new(replace(GRID, axes=(seeds,))), clock=clock)

    submitted = []
    for _ in expected:
        known = len(work._statuses)
        clock.now += seconds
        work.look()
        submitted.append(len(work._statuses) - known)
        wait_until_done(work)

    assert submitted == expected


def wait_until_done(work):
    client = work._clients("")
    for cell in work._running():
        while not client.get(work.status(cell).id).state.final:
            time.sleep(0.01)


def test_cells_that_are_measured_stay_alone_however_rare_the_looks(open_tab):
    clock = Clock()
    work = open_tab(CellRun.new(GRID), at_once=1, clock=clock)

    for _ in range(3):
        clock.now += 60
        work.look()
        assert len(work._running()) <= 1
        wait_until_done(work)


def test_a_reload_finds_everything_and_draws_nothing_again(open_tab, replica):
    run = CellRun.new(GRID)
    finish(open_tab(run))
    query = run.to_query()

    again = finish(open_tab(CellRun.from_query(query)))

    assert again.done == 12
    assert all(again.picture(cell) for cell in again.cells)
    assert len(replica.requests) == 12


def test_a_page_that_died_in_the_middle_is_gone_on_with(open_tab, replica):
    run = CellRun.new(GRID)
    first = open_tab(run)
    first.look()
    assert 0 < sum(1 for state in states(first) if state) < 12

    finish(open_tab(run))

    assert len(replica.requests) == 12


def test_two_tabs_draw_each_cell_once(open_tab, replica):
    run = CellRun.new(GRID)
    one, two = open_tab(run), open_tab(run)

    while one.active or two.active:
        one.look()
        two.look()

    assert (one.done, two.done) == (12, 12)
    assert len(replica.requests) == 12
    assert {one.status(c).id for c in one.cells} == {two.status(c).id for c in two.cells}


def test_two_tabs_at_the_very_same_moment_draw_each_cell_once(open_tab, gateway, replica):
    run = CellRun.new(GRID)
    with gateway.background() as start:
        tabs = [start(finish, open_tab(run)) for _ in range(3)]
        done = [tab.result() for tab in tabs]

    assert [work.done for work in done] == [12, 12, 12]
    assert len(replica.requests) == 12


class LosesAnswers(InkcloudClient):
    """Its first submission arrives at the gateway, but the answer is lost on its way back."""

    lost = 0

    def submit(self, prompt, tag="", idempotency_key="", **parameters):
        status = super().submit(prompt, tag, idempotency_key, **parameters)
        if self.lost < 1:
            self.lost += 1
            message = "The connection broke."
            raise Unavailable(message)
        return status


def test_a_lost_answer_does_not_draw_twice(open_tab, replica):
    work = open_tab(CellRun.new(GRID), kind=LosesAnswers)

    work.look()
    assert isinstance(work.trouble, Unavailable)
    finish(work)

    assert work.done == 12
    assert len(replica.requests) == 12


def test_without_a_token_a_reload_finds_the_cells_by_their_keys(open_tab, replica):
    run = CellRun.new(GRID)
    finish(open_tab(run, token=None))

    again = finish(open_tab(run, token=None))

    assert again.done == 12
    assert len(replica.requests) == 12


class TestStopping:
    RUN = prompts("quick", "slow", "slow too", "later", "last")

    def test_stopping_cancels_what_runs_and_keeps_what_is_done(self, open_tab, replica):
        work = open_tab(CellRun.new(self.RUN), at_once=2)
        until(work, lambda work: work.done == 2 and len(work._running()) == 2)

        work.stop()

        assert states(work) == ["succeeded", "cancelled", "cancelled", None, "succeeded"]
        assert (work.active, work.stopped) == (False, True)
        assert {replica.next_gone(), replica.next_gone()} == {"slow", "slow too"}
        assert work.run.to_query()["stopped"] == "1"

    def test_another_tab_stops_too_and_a_reload_stays_stopped(self, open_tab, replica):
        run = CellRun.new(self.RUN)
        one, two = open_tab(run, at_once=2), open_tab(run, at_once=2)
        until(one, lambda work: work.done == 2 and len(work._running()) == 2)
        until(two, lambda work: work.done == 2 and len(work._running()) == 2)

        one.stop()
        finish(two)
        fresh = finish(open_tab(run))

        assert two.stopped
        assert fresh.stopped
        assert len(replica.requests) == 4

    def test_going_on_draws_the_rest_and_nothing_twice(self, open_tab, replica):
        work = open_tab(CellRun.new(self.RUN), at_once=2)
        until(work, lambda work: work.done == 2 and len(work._running()) == 2)
        work.stop()
        replica.release()

        work.go_on()
        assert work.run.to_query()["round"] == "2"
        finish(work)

        assert work.done == 5
        drawn = [request["prompt"] for request in replica.requests]
        assert sorted(drawn) == ["last", "later", "quick", "slow", "slow", "slow too", "slow too"]
        again = finish(open_tab(CellRun.from_query(work.run.to_query())))
        assert (again.done, again.stopped) == (5, False)

    def test_an_old_address_finds_that_the_run_went_on(self, open_tab, replica):
        run = CellRun.new(self.RUN)
        work = open_tab(run, at_once=2)
        until(work, lambda work: work.done == 2)
        work.stop()
        replica.release()
        work.go_on()
        finish(work)

        old = finish(open_tab(run))

        assert (old.done, old.run.round, old.stopped) == (5, 2, False)

    def test_without_a_token_going_on_after_a_reload_draws_no_picture_again(
        self, open_tab, replica
    ):
        work = open_tab(CellRun.new(self.RUN), at_once=2, token=None)
        until(work, lambda work: work.done == 2 and len(work._running()) == 2)
        work.stop()
        replica.release()

        again = open_tab(CellRun.from_query(work.run.to_query()), token=None)
        again.look()
        assert (again.done, again.stopped) == (0, True)
        again.go_on()
        finish(again)

        assert again.done == 5
        assert [request["prompt"] for request in replica.requests].count("quick") == 1

    def test_a_run_stopped_before_it_began_draws_nothing(self, open_tab, replica):
        work = open_tab(CellRun.new(self.RUN))

        work.stop()
        work.look()

        assert not work.active
        assert replica.requests == []


def test_a_cell_that_fails_leaves_the_others_alone_and_can_be_tried_again(open_tab, replica):
    work = finish(open_tab(CellRun.new(prompts("quick", "fail", "other"))))

    assert states(work) == ["succeeded", "failed", "succeeded"]
    assert "no such scheduler" in str(work.error(work.cells[1]))
    assert (work.done, work.failed) == (2, 1)
    work.go_on()
    finish(work)
    assert [request["prompt"] for request in replica.requests].count("fail") == 2


def test_a_replica_that_dies_under_a_cell_does_not_double_it(open_tab, replica):
    work = finish(open_tab(CellRun.new(prompts("quick", "die once", "other"))))

    assert states(work) == ["succeeded"] * 3
    assert len({work.status(cell).id for cell in work.cells}) == 3


def test_a_gateway_that_is_away_is_waited_for():
    run = CellRun.new(GRID)
    with InkcloudClient("http://127.0.0.1:9", token="ink_x") as client:
        work = CellWork(run, lambda _: client)
        work.look()

    assert isinstance(work.trouble, Unavailable)
    assert work.active


def test_a_refusal_that_holds_for_all_cells_stops_the_rest(gateway, open_tab):
    missing = replace(GRID, axes=(STEPS, Axis(AxisKind.MODEL, ("nosuch",))))

    work = open_tab(CellRun.new(missing))
    work.look()

    assert work.halted.value == "nosuch"
    assert not work.active


def test_the_axis_of_models_draws_at_other_endpoints(open_tab, gateway):
    both = CellsDefinition("quick", BASE, (Axis(AxisKind.MODEL, ("open", "shut")),))

    work = finish(open_tab(CellRun.new(both)))

    assert [work.status(cell).endpoint for cell in work.cells] == ["open", "shut"]
    assert finish(open_tab(work.run)).done == 2


def test_a_run_that_the_gateway_has_forgotten_is_not_drawn_by_itself(open_tab, replica):
    old = replace(CellRun.new(GRID), id="5f5e1000-0123456789ab")

    work = finish(open_tab(old))
    assert work.lost
    assert replica.requests == []

    work.go_on()
    finish(work)
    assert work.done == 12
    assert work.run.id != old.id


def test_an_address_changed_by_hand_draws_nothing_under_the_old_run(open_tab, replica):
    run = CellRun.new(GRID)
    finish(open_tab(run))

    other = finish(open_tab(replace(run, definition=replace(GRID, prompt="other"))))

    assert other.done == 0
    assert other.failed == 12
    assert len(replica.requests) == 12


def test_more_generations_than_one_list_holds_are_found(gateway):
    count = LIST_LIMIT + 30
    for number in range(count):
        job = Job(
            id=new_job_id(),
            endpoint="open",
            request={"prompt": "x"},
            tag=f"grid/r/{number % 115:03d}/{number // 115 + 1}",
            state=JobState.CANCELLED,
        )
        gateway.jobs.add(job)
    with InkcloudClient(gateway.url, token=gateway.token, endpoint="open") as client:
        found = find_generations(client, "grid/r/")

    assert len({status.id for status in found}) == count


@pytest.mark.parametrize(
    "query",
    [
        {"run": "x"},
        {"run": "../../etc"},
        {"run": "66666666-0123456789ab", "round": "0"},
        {"run": "66666666-0123456789ab", "round": "-1"},
        {"run": "66666666-0123456789ab", "round": "100"},
        {"run": "66666666-0123456789ab", "cells": "1.x"},
    ],
)
def test_an_address_that_cannot_be_a_runs_is_refused(query):
    cells = CellRun.new(GRID).to_query()["cells"]

    with pytest.raises(InvalidRequest):
        CellRun.from_query({"cells": cells} | query)


def test_an_address_without_a_run_names_none():
    assert CellRun.from_query({}) is None
    assert CellRun.from_query({"run": "66666666-0123456789ab"}) is None


def test_tags_name_their_cell_and_nothing_else_does():
    run = replace(CellRun.new(GRID), id="66666666-0123456789ab")

    assert run.tag(7) == "grid/66666666-0123456789ab/007/1"
    assert run.cell_of(run.tag(7)) == (7, 1)
    for other in (run.tag(12), "grid/other/007/1", run.prefix + "7/1", run.tag(7) + "/x"):
        assert run.cell_of(other) is None
