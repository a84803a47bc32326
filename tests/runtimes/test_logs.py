import asyncio
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.token import new_token
from inkcloud.runtimes.line_cutter import HIDDEN
from inkcloud.runtimes.log_clock import LogClock
from inkcloud.runtimes.log_file import LogFile
from inkcloud.runtimes.log_followers import LogFollowers
from inkcloud.runtimes.log_reader import read_log
from inkcloud.runtimes.replica_logs import ReplicaLogs

pytestmark = pytest.mark.anyio
PATIENCE = 30.0


@pytest.fixture
def anyio_backend():
    return "asyncio"


def log_file(folder, maximum_bytes=1_000_000, name="box-0"):
    return LogFile(folder / f"{name}.log", maximum_bytes, LogClock())


def texts(lines):
    return [line.text for line in lines]


def test_no_two_lines_have_the_same_time_whichever_thread_writes():
    clock, times = LogClock(), []
    threads = [
        threading.Thread(target=lambda: times.extend(clock.now() for _ in range(500)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(times)) == 2000
    assert abs(max(times) - datetime.now(UTC)) < timedelta(minutes=1)


def test_lines_come_back_with_their_times_and_are_their_owners_only(tmp_path):
    log = log_file(tmp_path / "new")

    written = log.write(["one", "", "two  spaces ", "a\tb é"])

    assert read_log(log.path, 10) == written
    assert texts(written) == ["one", "", "two  spaces ", "a\tb é"]
    assert {line.replica for line in written} == {"box-0"}
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("count", [0, 1, 2, 7, 500, 5000])
def test_the_newest_lines_are_found_across_the_blocks_of_a_large_log(tmp_path, count):
    log = log_file(tmp_path)
    written = log.write(f"{number} {'x' * (number % 700)}" for number in range(1000))

    assert read_log(log.path, count) == written[max(0, 1000 - count) :]


def test_what_is_later_than_a_line_is_what_came_after_it(tmp_path):
    log = log_file(tmp_path)
    written = log.write(str(number) for number in range(100))

    assert read_log(log.path, 1000, since=written[39].at) == written[40:]
    assert read_log(log.path, 5, since=written[39].at) == written[-5:]
    assert read_log(log.path, 5, since=written[-1].at) == []


def test_a_log_keeps_its_size_and_the_newest_lines(tmp_path):
    log = log_file(tmp_path, maximum_bytes=5000)
    for number in range(1000):
        log.write([f"line {number}"])

    found = read_log(log.path, 1000)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2 * 5000 + 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box-0.1.log", "box-0.log"]
    assert texts(found) == [f"line {number}" for number in range(1000 - len(found), 1000)]
    assert len(found) > 100


def test_half_a_line_in_the_file_is_passed_over(tmp_path):
    log = log_file(tmp_path)
    first = log.write(["one"])
    with log.path.open("ab") as file:
        file.write(b"\xff\x00 junk\n\n2024-01-01\n2024-01-01T00:00:00 no zone\n")
    second = log.write(["two"])

    assert read_log(log.path, 10) == first + second


def test_the_last_words_are_those_of_the_present_process(tmp_path):
    log = log_file(tmp_path)
    log.write(["old"])
    log.begin()
    log.write(["one", "  ", "two"])

    assert log.last_lines(1) == ["two"]
    assert log.last_lines(9) == ["one", "two"]


def test_a_log_that_cannot_be_written_costs_lines_but_no_words(tmp_path, caplog):
    log = log_file(tmp_path)
    log.path.mkdir()

    log.write(["one"])
    log.write(["two"])

    assert log.last_lines(9) == ["one", "two"]
    assert read_log(log.path, 9) == []
    assert caplog.text.count("cannot be written") == 1

    log.path.rmdir()
    written = log.write(["three"])
    assert read_log(log.path, 9) == written


def test_no_log_has_no_lines(tmp_path):
    assert read_log(tmp_path / "nothing.log", 9) == []


async def speak(logs, endpoint, replica, script):
    """Run a real process and wait until its output is in the log."""
    output, its_end = os.pipe()
    pump = logs.pump(output, endpoint, logs.file(replica))
    with subprocess.Popen([sys.executable, "-c", script], stdout=its_end, stderr=its_end):
        os.close(its_end)
    assert await asyncio.to_thread(pump.wait, PATIENCE)


async def test_what_a_process_prints_is_in_the_log_without_secrets(tmp_path):
    logs = ReplicaLogs(tmp_path, 1_000_000)
    token = new_token()

    await speak(logs, "box", "box-0", f"print('hello'); print('token {token}')")
    await speak(logs, "box", "box-0", "import sys; sys.stderr.write('no line end')")

    lines = await logs.read("box", None, 10, None)
    assert texts(lines) == ["hello", f"token {HIDDEN}", "no line end"]
    assert token.encode() not in (tmp_path / "box-0.log").read_bytes()


async def test_junk_and_a_line_without_end_take_bounded_space(tmp_path):
    logs = ReplicaLogs(tmp_path, 100_000)
    script = (
        "import os, sys\n"
        "for _ in range(200): sys.stdout.buffer.write(b'y' * 65536)\n"
        "sys.stdout.buffer.write(b'\\n')\n"
        "for _ in range(5): sys.stdout.buffer.write(os.urandom(65536))\n"
        "sys.stdout.buffer.write(b'\\nlast words\\n')\n"
    )

    await speak(logs, "box", "box-0", script)

    lines = await logs.read("box", None, 100_000, None)
    assert lines[-1].text == "last words"
    # What one piece of output holds comes on top.
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 600_000


async def test_an_endpoints_logs_are_its_own_and_in_the_order_of_time(tmp_path):
    logs = ReplicaLogs(tmp_path, 1_000_000)
    for round_ in range(3):
        for replica in ("box-0", "box-1", "box-0-0", "box-10"):
            logs.file(replica).write([f"{replica} {round_}"])
    (tmp_path / "gateway.log").write_text("not a replica's\n")

    lines = await logs.read("box", None, 5, None)
    one = await logs.read("box", "box-1", 5, None)

    assert texts(lines) == ["box-1 1", "box-10 1", "box-0 2", "box-1 2", "box-10 2"]
    assert texts(one) == ["box-1 0", "box-1 1", "box-1 2"]
    assert texts(await logs.read("box-0", None, 5, None)) == [f"box-0-0 {i}" for i in range(3)]
    assert await logs.read("box", "gateway", 5, None) == []
    assert await logs.read("box", "../box-0", 5, None) == []
    assert await logs.read("box", None, 0, None) == []

    logs.remove("box")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box-0-0.log", "gateway.log"]


async def test_a_follower_gets_every_line_once_whenever_it_comes(tmp_path):
    logs = ReplicaLogs(tmp_path, 1_000_000)
    await speak(logs, "box", "box-0", "print('before')")
    script = "for i in range(2000): print(i)"
    wanted = ["box-0 before", *(f"box-{r} {i}" for r in range(2) for i in range(2000))]

    async def follow(pause):
        await asyncio.sleep(pause)
        seen = []
        async for line in logs.follow("box", None, 10_000):
            seen.append(f"{line.replica} {line.text}")
            if len(seen) == len(wanted):
                all_seen.release()
        return seen

    all_seen = asyncio.Semaphore(0)
    following = [asyncio.create_task(follow(pause)) for pause in (0, 0.01, 0.05, 0.1, 0.2)]
    await asyncio.gather(*(speak(logs, "box", f"box-{r}", script) for r in range(2)))
    async with asyncio.timeout(PATIENCE):
        for _ in following:
            await all_seen.acquire()
        logs.end("box")
        for seen in await asyncio.gather(*following):
            assert sorted(seen) == sorted(wanted)
    assert not logs._followers.any("box")


async def test_a_follower_of_one_replica_gets_no_others_lines(tmp_path):
    logs = ReplicaLogs(tmp_path, 1_000_000)
    lines = logs.follow("box", "box-1", 0)
    first = asyncio.ensure_future(anext(lines))
    while not logs._followers.any("box"):
        await asyncio.sleep(0)

    await speak(logs, "box", "box-0", "print('no')")
    await speak(logs, "box", "box-1", "print('yes')")

    assert (await asyncio.wait_for(first, PATIENCE)).text == "yes"
    await lines.aclose()


async def test_a_slow_follower_costs_bounded_memory(tmp_path):
    followers = LogFollowers()
    follower = followers.add("box")
    lines = log_file(tmp_path).write(str(number) for number in range(10_500))

    followers.put("box", lines)

    assert texts(await follower.take()) == [str(number) for number in range(500, 10_500)]
