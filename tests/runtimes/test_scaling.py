"""Real child processes; events and phases are awaited, nothing is timed."""

import asyncio
import os
import signal
import textwrap
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.errors import Conflict, NotFound, Unavailable
from inkcloud.runtimes.runtime_settings import RuntimeSettings
from support.running_runtime import PATIENCE, QUICK, box_endpoint, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def alive(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def kinds(box):
    return [event.kind for event in box.runtime.events]


async def test_from_zero_to_the_maximum_and_back_by_load(tmp_path):
    options = {"max_replicas": 3, "concurrency_per_replica": 1, "timeout_seconds": 0}
    async with running(tmp_path, replicas=0, **options) as box:
        assert box.runtime.state("box") is ReplicaState.IDLE
        held = []
        for number in range(3):
            held.append(box.hold())
            await box.until("scaled_up", f"from {number} to {number + 1}")
            assert box.runtime.state("box") is not ReplicaState.IDLE
            await held[-1].entered()
        assert len({place.address for place in held}) == 3
        pids = [status.pid for status in box.runtime.replicas("box")]

        queued = [box.hold() for _ in range(2)]
        await settle()
        load = box.runtime.load("box")
        assert (load.in_flight, load.waiting) == (3, 2)
        assert [place.positions for place in queued] == [[3], [4]]
        await held[1].leave()
        assert await queued[0].entered() == held[1].address
        assert queued[1].positions == [4, 3]
        await held[0].leave()
        await queued[1].entered()

        for place in (held[2], *queued):
            await place.leave()
        await until(lambda: box.runtime.replicas("box") == ())
        assert box.runtime.state("box") is ReplicaState.IDLE
        assert not any(map(alive, pids))
        downs = [e.reason for e in box.runtime.events if e.kind == "scaled_down"]
        assert downs == ["from 3 to 2", "from 2 to 1", "from 1 to 0"]
        assert "killed" not in kinds(box)

        again = box.hold()
        await again.entered()
        await again.leave()


async def test_an_idle_replica_stays_for_the_timeout(tmp_path):
    async with running(tmp_path, replicas=0, timeout_seconds=1) as box:
        await box.ask()
        idle_since = datetime.now(UTC)

        down = await box.until("scaled_down", "from 1 to 0")

        # A little less: the moment was taken after the place had been given back.
        assert down.at - idle_since > timedelta(seconds=0.9)
        await box.until("stopped")


async def test_a_minimum_is_kept_without_any_load(tmp_path):
    async with running(tmp_path, replicas=2, timeout_seconds=0) as box:
        await box.until("ready")
        await box.until("ready")
        await box.ask()
        await settle()

        assert [status.phase for status in box.runtime.replicas("box")] == ["ready", "ready"]
        assert kinds(box).count("scaled_up") == 1
        assert "scaled_down" not in kinds(box)


async def test_one_who_only_looks_wakes_an_endpoint_at_zero(tmp_path):
    async with running(tmp_path, replicas=0) as box:
        address = await box.runtime.address("box")

        assert box.runtime.replicas("box")[0].address == address


async def test_a_paused_endpoint_refuses_finishes_its_work_and_starts_again(tmp_path):
    options = {"max_replicas": 1, "concurrency_per_replica": 1}
    # No grace after SIGTERM: what is in flight is finished because it is waited for before.
    settings = replace(QUICK, grace_seconds=0.0)
    async with running(tmp_path, settings=settings, **options) as box:
        napping = asyncio.create_task(box.ask(action="nap", value=str(tmp_path / "nap")))
        await until((tmp_path / "nap").exists)
        waiting = box.hold()
        await settle()
        endpoint = box_endpoint(**options)
        [status] = box.runtime.replicas("box")

        await box.runtime.apply(replace(endpoint, paused=True))

        assert box.runtime.state("box") is ReplicaState.PAUSED
        sentence = "The endpoint box is paused; start it with `inkcloud endpoints start box`."
        with pytest.raises(Conflict) as caught:
            await waiting.entered()
        assert str(caught.value) == sentence
        for ask in (box.ask(), box.runtime.address("box")):
            with pytest.raises(Conflict):
                await ask
        assert (await box.until("draining")).reason == "1 in flight"
        assert box.runtime.replicas("box")[0].phase == "draining"
        assert await napping == "rested"
        await box.until("stopped")
        assert not alive(status.pid)

        await box.runtime.apply(endpoint)
        assert (await box.ask())["pid"] != status.pid
        assert [kind for kind in kinds(box) if kind in {"paused", "resumed"}] == [
            "paused",
            "resumed",
        ]


async def test_a_request_that_does_not_end_holds_a_pause_up_only_so_long(tmp_path):
    settings = replace(QUICK, drain_within=0.1)
    async with running(tmp_path, settings=settings) as box:
        held = box.hold()
        await held.entered()

        await box.runtime.apply(box_endpoint(paused=True))

        await box.until("stopped")
        assert not held.task.done()
        await held.leave()


async def test_a_new_maximum_takes_effect_and_drops_nothing(tmp_path):
    def endpoint(most):
        return box_endpoint(max_replicas=most, concurrency_per_replica=1, timeout_seconds=0)

    async with running(tmp_path, max_replicas=1, concurrency_per_replica=1) as box:
        first, second = box.hold(), box.hold()
        await first.entered()
        await settle()
        assert not second.inside

        await box.runtime.apply(endpoint(2))
        await second.entered()
        pids = [status.pid for status in box.runtime.replicas("box")]
        await box.runtime.apply(endpoint(1))

        draining = await box.until("draining")
        await settle()
        assert all(map(alive, pids))
        third = box.hold()
        await settle()
        assert not third.inside
        for place in (first, second):
            await place.leave()
        assert (await box.until("stopped")).replica == draining.replica
        await third.entered()
        await third.leave()
        updates = [e.reason for e in box.runtime.events if e.kind == "updated"]
        assert updates[0].startswith("max_replicas")


async def test_a_new_concurrency_lets_those_who_wait_in(tmp_path):
    async with running(tmp_path, max_replicas=1, concurrency_per_replica=1) as box:
        held = [box.hold() for _ in range(3)]
        await held[0].entered()

        await box.runtime.apply(box_endpoint(max_replicas=1, concurrency_per_replica=3))

        assert len({await place.entered() for place in held}) == 1
        assert "draining" not in kinds(box)
        for place in held:
            await place.leave()


async def test_new_settings_replace_replicas_one_by_one_under_load(tmp_path):
    options = {"max_replicas": 2, "concurrency_per_replica": 2}

    async def load():
        while not done.is_set():
            seen.append((await box.ask(action="environment"))["COLOUR"])

    async with running(tmp_path, replicas=2, environment={"COLOUR": "red"}, **options) as box:
        await box.until("ready")
        await box.until("ready")
        seen, done = [], asyncio.Event()
        workers = [asyncio.create_task(load()) for _ in range(5)]
        await until(lambda: len(seen) > 5)

        endpoint = box_endpoint(min_replicas=2, environment={"COLOUR": "blue"}, **options)
        await box.runtime.apply(endpoint)
        await box.until("stopped")
        await box.until("stopped")
        ready = [status.phase for status in box.runtime.replicas("box")]
        await until(lambda: seen[-10:] == ["blue"] * 10)
        done.set()
        await asyncio.gather(*workers)

    assert set(seen) == {"red", "blue"}
    assert ready == ["ready", "ready"]
    told = [e.kind for e in box.runtime.events if e.kind in {"started", "ready", "stopped"}]
    # The last two ends are the runtime's own.
    assert told[4:-2].count("stopped") == 2
    at_work = 2
    for kind in told[4:-2]:
        at_work += {"started": 0, "ready": 1, "stopped": -1}[kind]
        assert at_work >= 2
    assert not {"killed", "exited"} & set(kinds(box))


async def test_renewing_replaces_replicas_under_load_and_drops_nothing(tmp_path):
    """What changed is not in the endpoint: the files of its model, for example."""
    options = {"max_replicas": 2, "concurrency_per_replica": 2}

    async def load():
        while not done.is_set():
            seen.append((await box.ask(action="environment"))["INKCLOUD_REPLICA_NAME"])

    async with running(tmp_path, replicas=2, **options) as box:
        await box.until("ready")
        await box.until("ready")
        before = {status.pid for status in box.runtime.replicas("box")}
        seen, done = [], asyncio.Event()
        workers = [asyncio.create_task(load()) for _ in range(5)]
        await until(lambda: len(seen) > 5)

        await box.runtime.renew("box", "the model sd, from revision 1 to 2")
        await box.until("stopped")
        await box.until("stopped")
        asked = len(seen)
        await until(lambda: len(seen) > asked + 5)
        after = {status.pid for status in box.runtime.replicas("box")}
        done.set()
        await asyncio.gather(*workers)
        await box.runtime.renew("none", "is fine")

    assert not before & after
    updates = [e.reason for e in box.runtime.events if e.kind == "updated"]
    assert updates == ["the model sd, from revision 1 to 2"]
    assert not {"killed", "exited"} & set(kinds(box))


async def test_another_model_is_told_by_name_when_replicas_are_replaced_for_it(tmp_path):
    async with running(tmp_path, environment={"INKCLOUD_MODEL": "inkling"}) as box:
        await box.until("ready")

        await box.runtime.apply(box_endpoint(environment={"INKCLOUD_MODEL": "sd21"}))

        updated = await box.until("updated")
        assert "the model, from inkling to sd21" in updated.reason
        await box.until("stopped")


async def test_an_old_replica_that_answers_late_still_serves_until_a_new_one_does(tmp_path):
    settings = replace(QUICK, hung_after=PATIENCE)
    async with running(tmp_path, settings=settings) as box:
        await box.until("ready")
        [old] = box.runtime.replicas("box")
        os.kill(old.pid, signal.SIGSTOP)
        await until(lambda: box.runtime.replicas("box")[0].phase == "unresponsive")

        await box.runtime.apply(box_endpoint(environment={"COLOUR": "blue"}))
        await box.until("started")
        assert [s.phase for s in box.runtime.replicas("box")] == ["unresponsive", "starting"]
        os.kill(old.pid, signal.SIGCONT)

        assert (await box.until("ready")).replica == "box-1"
        assert (await box.until("stopped")).replica == "box-0"


async def test_settings_that_break_a_service_leave_the_old_replica_at_work(tmp_path):
    (tmp_path / "fixed").touch()
    good = box_endpoint("BadSetup", environment={"FIXED": str(tmp_path / "fixed")})
    async with running(tmp_path, "BadSetup", environment=good.environment) as box:
        address = await box.runtime.address("box")

        await box.runtime.apply(replace(good, environment={**good.environment, "FIXED": "/no"}))
        await until(lambda: "failed" in {s.phase for s in box.runtime.replicas("box")})

        assert box.runtime.state("box") is ReplicaState.RUNNING
        assert await box.runtime.address("box") == address
        [failed] = [s for s in box.runtime.replicas("box") if s.phase == "failed"]
        assert "no weights" in failed.reason

        await box.runtime.apply(good)
        assert (await box.until("stopped")).replica == failed.name
        assert await box.runtime.address("box") == address


async def test_the_queue_outlives_a_replica_that_dies(tmp_path):
    async with running(tmp_path, max_replicas=1, concurrency_per_replica=2) as box:
        held = [box.hold() for _ in range(2)]
        queued = [box.hold() for _ in range(3)]
        for place in held:
            await place.entered()
        [status] = box.runtime.replicas("box")

        os.kill(status.pid, signal.SIGKILL)
        await box.until("exited")
        assert box.runtime.load("box").waiting == 3
        for place in held:
            await place.leave()

        for place in queued[:2]:
            assert await place.entered() != status.address
        await settle()
        assert not queued[2].inside
        for place in queued:
            await place.leave()


async def test_one_who_lost_a_replica_goes_first(tmp_path):
    async with running(tmp_path, max_replicas=1, concurrency_per_replica=1) as box:
        held, queued = box.hold(), box.hold()
        await held.entered()
        await settle()
        entered = []

        async def again():
            async with box.runtime.lease("box", again=True):
                entered.append(queued.inside)

        task = asyncio.create_task(again())
        await settle()
        await held.leave()
        await asyncio.wait_for(task, PATIENCE)
        await queued.entered()
        await queued.leave()

        assert entered == [False]


async def test_giving_up_while_waiting_at_zero_lets_the_endpoint_rest(tmp_path):
    async with running(tmp_path, "SlowSetup", replicas=0, timeout_seconds=0) as box:
        waiting = box.hold()
        started = await box.until("started")

        waiting.task.cancel()

        await box.until("stopped")
        assert not alive(started.pid)
        assert box.runtime.state("box") is ReplicaState.IDLE


async def test_those_who_wait_for_a_service_that_fails_are_told_why(tmp_path):
    fixed = tmp_path / "fixed"
    options = {"environment": {"FIXED": str(fixed)}, "timeout_seconds": 0}
    # It is the failure that ends their waiting, not their patience.
    options["settings"] = replace(QUICK, ready_within=3600)
    async with running(tmp_path, "BadSetup", replicas=0, **options) as box:
        waiting = [box.hold() for _ in range(3)]
        for place in waiting:
            with pytest.raises(Unavailable, match="ValueError: the model has no weights"):
                await place.entered()
        # Nobody asks for it any more, so it is not tried for ever.
        await box.until("scaled_down")
        await until(lambda: box.runtime.state("box") is ReplicaState.IDLE)

        fixed.touch()
        assert await box.runtime.address("box")


async def test_waiting_for_a_start_ends_with_a_clear_error(tmp_path):
    settings = replace(QUICK, ready_within=0.2)
    async with running(tmp_path, "SlowSetup", replicas=0, settings=settings) as box:
        with pytest.raises(Unavailable, match="No replica of the endpoint box is ready yet"):
            await box.hold().entered()
        assert box.runtime.load("box").waiting == 0


async def test_waiting_for_a_busy_replica_has_no_end(tmp_path):
    async with running(tmp_path, max_replicas=1, concurrency_per_replica=1) as box:
        held = box.hold()
        await held.entered()
        box.runtime._groups["box"]._settings = replace(QUICK, ready_within=0.05)
        queued = box.hold()

        await asyncio.sleep(0.5)

        assert not queued.task.done()
        await held.leave()
        await queued.entered()
        await queued.leave()


async def test_a_removed_endpoint_is_forgotten_once_its_work_is_done(tmp_path):
    async with running(tmp_path, max_replicas=1, concurrency_per_replica=1) as box:
        held, waiting = box.hold(), box.hold()
        await held.entered()
        [status] = box.runtime.replicas("box")

        await box.runtime.remove("box")

        with pytest.raises(NotFound, match="no endpoint box"):
            await waiting.entered()
        with pytest.raises(NotFound):
            await box.ask()
        assert box.runtime.state("box") is ReplicaState.STOPPED
        await box.until("removed")
        assert alive(status.pid)

        await box.runtime.apply(box_endpoint())
        assert (await box.ask())["name"] == "box-1"
        assert alive(status.pid)
        await box.runtime.remove("box")
        await held.leave()
        for _ in range(2):
            await box.until("stopped")
        await until(lambda: not list(tmp_path.iterdir()))
        assert not alive(status.pid)


async def test_a_busy_replica_that_answers_late_is_left_alone_and_rested(tmp_path):
    """With the patience that people get; `test_a_hung_replica...` shows the other side."""
    async with running(tmp_path, settings=RuntimeSettings()) as box:
        await box.until("ready")
        [status] = box.runtime.replicas("box")

        os.kill(status.pid, signal.SIGSTOP)
        await until(lambda: box.runtime.replicas("box")[0].phase == "unresponsive")
        waiting = box.hold()
        await asyncio.sleep(2)  # as a busy machine might keep it from running
        assert not waiting.inside
        os.kill(status.pid, signal.SIGCONT)
        await waiting.entered()
        await waiting.leave()

        assert box.runtime.replicas("box")[0].pid == status.pid
        assert not {"killed", "exited"} & set(kinds(box))


def test_a_hang_is_found_within_ten_seconds():
    settings = RuntimeSettings()

    assert settings.check_every + settings.hung_after + settings.last_look < 10


async def test_the_health_check_is_where_the_endpoint_says(tmp_path):
    async with running(tmp_path, "Echo", health_check_path="/facts") as box:
        assert await box.ask(word="ab", times=2) == "abab"

    settings = replace(QUICK, setup_within=0.5, ready_within=PATIENCE)
    async with running(tmp_path, "Echo", settings=settings, health_check_path="/none") as box:
        assert "not ready within 0.5 seconds" in (await box.until("killed")).reason


@pytest.fixture
def code(tmp_path):
    folder = tmp_path / "my code"
    folder.mkdir()
    (folder / "words.txt").write_text("from beside the code")
    (folder / "mine.py").write_text(
        textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from inkcloud.services.service import Service

            class Mine(Service):
                def setup(self):
                    print("setting up")

                def infer(self) -> str:
                    print("asked; the token is ink_" + "A1b2C3" * 6)
                    sys.stderr.write("junk \\x1b[1m\\x00\\n")
                    return Path("words.txt").read_text()
            """
        )
    )
    return folder


async def test_a_services_own_code_runs_in_its_folder_and_its_prints_are_read(tmp_path, code):
    logs = tmp_path / "logs"
    endpoint = replace(box_endpoint(environment={}), service="mine:Mine", code_folder=str(code))
    async with running(logs, replicas=0) as box:
        await box.runtime.apply(replace(endpoint, min_replicas=0))
        following = box.runtime.follow_logs("box")
        first = asyncio.ensure_future(anext(following))
        await settle()

        assert await box.ask() == "from beside the code"

        async with asyncio.timeout(PATIENCE):
            seen = [(await first).text]
            while not seen[-1].startswith("junk"):
                seen.append((await anext(following)).text)
        assert "setting up" in seen
        assert "asked; the token is ink_[hidden]" in seen
        assert seen[-1] == "junk \ufffd"

        lines = await box.runtime.logs("box")
        assert [line.text for line in lines[-2:]] == seen[-2:]
        assert {line.replica for line in lines} == {"box-0"}
        assert await box.runtime.logs("box", since=lines[-2].at) == lines[-1:]
        assert await box.runtime.logs("box", replica="box-1") == []
        assert [line async for line in stop_after(box.runtime.follow_logs("box", None, 2), 2)] == (
            lines[-2:]
        )
        await box.runtime.remove("box")
        async with asyncio.timeout(PATIENCE):
            assert [line async for line in following if "asked" in line.text] == []


async def stop_after(lines, count):
    async for line in lines:
        yield line
        count -= 1
        if not count:
            break
    await lines.aclose()


async def test_a_code_folder_that_is_gone_is_told(tmp_path):
    async with running(tmp_path, code_folder=str(tmp_path / "gone")) as box:
        with pytest.raises(Unavailable, match=r"cannot be started: .*gone"):
            await box.ask()
