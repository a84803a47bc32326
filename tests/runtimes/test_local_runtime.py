import asyncio
import os
import signal
from contextlib import suppress

import httpx2
import pytest

from inkcloud.control.ports import Replicas, ReplicaState
from inkcloud.domain.errors import NotFound, Unavailable
from inkcloud.runtimes.local import LocalRuntime
from inkcloud.runtimes.runtime_settings import RuntimeSettings
from support.running_runtime import QUICK, box_endpoint, running
from support.waiting import PAUSE


def alive(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def run(test):
    asyncio.run(test)


def test_it_is_what_control_asks_of_a_runtime(tmp_path):
    replicas: Replicas = LocalRuntime(tmp_path)

    assert replicas.state("nothing") is ReplicaState.STOPPED
    assert replicas.replicas("nothing") == ()
    assert (replicas.load("nothing").in_flight, replicas.load("nothing").waiting) == (0, 0)

    async def test():
        await replicas.remove("nothing")
        assert await replicas.logs("nothing") == []
        assert [line async for line in replicas.follow_logs("nothing")] == []
        with pytest.raises(NotFound, match="no endpoint nothing"):
            await replicas.address("nothing")
        with pytest.raises(NotFound):
            async with replicas.lease("nothing"):
                pass

    run(test())


def test_a_replica_starts_answers_and_stops(tmp_path):
    async def test():
        async with running(tmp_path) as box:
            assert box.runtime.state("box") is ReplicaState.STARTING
            answer = await box.ask()
            assert box.runtime.state("box") is ReplicaState.RUNNING
            [status] = box.runtime.replicas("box")
            address = await box.runtime.address("box")
        assert answer == {"pid": status.pid, "name": "box-0"}
        assert status.address == address
        assert address.startswith("http://127.0.0.1:")
        assert not alive(answer["pid"])
        assert box.runtime.state("box") is ReplicaState.STOPPED
        kinds = [event.kind for event in box.runtime.events]
        assert kinds == ["scaled_up", "started", "ready", "stopped"]
        assert {event.endpoint for event in box.runtime.events} == {"box"}

    run(test())


def test_the_child_sees_no_secret_of_its_parent(tmp_path, monkeypatch):
    monkeypatch.setenv("INKCLOUD_TOKEN", "ink_secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")

    async def test():
        async with running(tmp_path, environment={"INKCLOUD_MODEL": "tiny"}) as box:
            return await box.ask(action="environment")

    seen = asyncio.run(test())

    assert "secret" not in repr(seen)
    assert seen["INKCLOUD_MODEL"] == "tiny"
    assert seen["OMP_NUM_THREADS"] == "2"
    assert seen["INKCLOUD_REPLICA_NAME"] == "box-0"
    assert seen["PATH"] == os.environ["PATH"]


def test_a_killed_replica_is_started_again_at_another_address(tmp_path):
    async def test():
        async with running(tmp_path) as box:
            address = await box.runtime.address("box")
            before = await box.ask()

            os.kill(before["pid"], signal.SIGKILL)
            # A caller that finds the replica gone asks again, and need not wait for our events.
            after = None
            while after is None:
                with suppress(httpx2.TransportError):
                    after = await box.ask()
                await asyncio.sleep(PAUSE)

            assert after["pid"] != before["pid"]
            assert await box.runtime.address("box") != address
            exited = await box.until("exited")
            assert (exited.pid, exited.code) == (before["pid"], -signal.SIGKILL)
            assert exited.reason == "It was ended by signal 9."
            assert (await box.until("restarted")).pid == after["pid"]
            assert box.runtime.replicas("box")[0].restarts == 1

    run(test())


def test_a_request_held_by_a_dying_replica_fails_at_once(tmp_path):
    async def test():
        async with running(tmp_path) as box:
            with pytest.raises(httpx2.TransportError):
                await box.ask(action="exit", value="7")
            exited = await box.until("exited")
            assert exited.code == 7
            assert "pid" in await box.ask()

    run(test())


def test_a_hung_replica_is_killed_and_started_again(tmp_path):
    async def test():
        async with running(tmp_path) as box:
            before = await box.ask()

            with pytest.raises(httpx2.TransportError):
                await box.ask(action="hang")

            killed = await box.until("killed")
            assert killed.pid == before["pid"]
            assert "did not answer its health check for 5 seconds" in killed.reason
            assert "plain `def`" in killed.reason
            assert (await box.until("exited")).code == -signal.SIGKILL
            assert (await box.ask())["pid"] != before["pid"]

    run(test())


def test_a_setup_that_keeps_failing_is_told_with_its_reason_and_still_retried(tmp_path):
    fixed = tmp_path / "fixed"

    async def test():
        async with running(tmp_path, "BadSetup", environment={"FIXED": str(fixed)}) as box:
            with pytest.raises(Unavailable, match="ValueError: the model has no weights"):
                await box.runtime.address("box")
            assert box.runtime.replicas("box")[0].phase == "failed"
            assert box.runtime.state("box") is ReplicaState.STOPPED

            fixed.touch()
            await box.until("ready")

            assert box.runtime.state("box") is ReplicaState.RUNNING
            assert await box.runtime.address("box")

    run(test())


def test_a_service_that_does_not_exist_is_told(tmp_path):
    async def test():
        async with running(tmp_path, "Nothing") as box:
            with pytest.raises(Unavailable, match="has no class Nothing"):
                await box.runtime.address("box")
            assert (await box.until("exited")).code == 2

    run(test())


def test_a_python_that_does_not_exist_is_told(tmp_path):
    async def test():
        async with running(tmp_path, python=str(tmp_path / "python")) as box:
            with pytest.raises(Unavailable, match="cannot be started"):
                await box.runtime.address("box")

    run(test())


def test_a_replica_that_is_not_ready_in_time_is_killed(tmp_path):
    settings = RuntimeSettings(setup_within=1.5, ready_within=0.3, startup_check_every=0.02)

    async def test():
        async with running(tmp_path, "SlowSetup", settings=settings) as box:
            with pytest.raises(Unavailable, match="No replica of the endpoint box is ready yet"):
                await box.runtime.address("box")
            killed = await box.until("killed")
            assert killed.reason == "It was not ready within 1.5 seconds."
            assert (await box.until("exited")).pid == killed.pid

    run(test())


def test_replicas_take_turns_and_cover_for_one_another(tmp_path):
    async def test():
        async with running(tmp_path, replicas=2) as box:
            await box.until("ready")
            await box.until("ready")
            names = [(await box.ask())["name"] for _ in range(4)]
            assert sorted(names) == ["box-0", "box-0", "box-1", "box-1"]
            assert names[0] != names[1]

            first = box.runtime.replicas("box")[0]
            os.kill(first.pid, signal.SIGSTOP)
            while box.runtime.replicas("box")[0].phase == "ready":
                await asyncio.sleep(0.01)
            assert (await box.ask())["name"] == "box-1"
            assert (await box.until("killed")).pid == first.pid

    run(test())


def test_stop_kills_a_replica_that_does_not_listen(tmp_path):
    settings = RuntimeSettings(startup_check_every=0.02, grace_seconds=0.1, shutdown_seconds=0.1)

    async def test():
        async with running(tmp_path, "Deaf", settings=settings) as box:
            pid = await box.ask()
        assert not alive(pid)

    run(test())


def test_whoever_waits_while_the_runtime_stops_is_told(tmp_path):
    async def test():
        async with running(tmp_path, "SlowSetup") as box:
            waiting = asyncio.create_task(box.runtime.address("box"))
            await box.until("started")
        with pytest.raises(Unavailable):
            await waiting
        with pytest.raises(Unavailable):
            await box.runtime.address("box")

    run(test())


def test_a_listener_that_fails_does_no_harm(tmp_path, caplog):
    async def test():
        def fail(_event):
            raise RuntimeError

        runtime = LocalRuntime(tmp_path, settings=QUICK, on_event=fail)
        await runtime.apply(box_endpoint("Echo"))
        assert await runtime.address("box")
        await runtime.stop()

    run(test())
    assert "A listener failed" in caplog.text


def test_what_a_replica_says_is_in_its_log_for_its_owner_only(tmp_path):
    async def test():
        async with running(tmp_path / "logs") as box:
            address = await box.runtime.address("box")
        return address

    address = asyncio.run(test())

    log = tmp_path / "logs" / "box-0.log"
    assert f"support.services:Puppet at {address}" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
