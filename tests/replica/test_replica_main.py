import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

from support.waiting import wait_until

PATIENCE = 30
TESTS = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "inkcloud.replica"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TESTS), "PYTHONUNBUFFERED": "1"}


def run(*arguments, **environment):
    return subprocess.run(
        [*COMMAND, *arguments],
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )


def start(service, *arguments, **pipes):
    """Start a replica on an inherited socket; return it and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        process = subprocess.Popen(
            [*COMMAND, f"support.services:{service}", "--fd", str(fd), *arguments],
            env=ENVIRONMENT,
            pass_fds=[fd],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **pipes,
        )
        return process, f"http://127.0.0.1:{listener.getsockname()[1]}"


def post(address, **inputs):
    return httpx2.post(f"{address}/infer", json=inputs, timeout=PATIENCE, trust_env=False)


def wait_until_ready(address):
    health = f"{address}/healthcheck"
    wait_until(lambda: httpx2.get(health, timeout=PATIENCE, trust_env=False).is_success)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("support.services", "module:Class"),
        ("support.nothing:Echo", "No module named 'support.nothing'"),
        ("support.services:Ehco", "has no class Ehco"),
        ("support.services:NotAService", "NotAService is not a Service"),
        ("support.services:TESTS", "has no class TESTS"),
    ],
)
def test_a_wrong_service_is_one_line_and_exit_code_2(name, says):
    done = run(name, "--port", "0")

    assert done.returncode == 2
    assert says in done.stderr
    assert name in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_failed_setup_ends_the_replica_with_its_reason_last():
    done = run("support.services:BadSetup", "--port", "0")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "The setup failed: ValueError: the model has no weights"
    )


def test_sigterm_lets_the_request_at_work_finish(tmp_path):
    process, address = start("Puppet")
    with process:
        wait_until_ready(address)
        answers = []
        signs = tmp_path / "napping"
        thread = threading.Thread(
            target=lambda: answers.append(post(address, action="nap", value=str(signs)))
        )
        thread.start()
        wait_until(signs.exists)

        process.send_signal(signal.SIGTERM)
        thread.join(PATIENCE)
        code = process.wait(PATIENCE)

    assert answers[0].json()["output"] == "rested"
    assert code == 0


def test_a_second_signal_ends_it_at_once(tmp_path):
    signs = tmp_path / "waiting"
    process, address = start("Puppet")
    with process:
        wait_until_ready(address)
        body = json.dumps({"action": "wait", "value": str(signs)}).encode()
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            head = f"POST /infer HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            wait_until(signs.exists)
            process.send_signal(signal.SIGTERM)
            health = f"{address}/healthcheck"
            wait_until(lambda: httpx2.get(health, trust_env=False).status_code == 503)
            process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE)

    assert code == 0


@pytest.mark.parametrize("service", ["Echo", "Deaf"])
def test_it_ends_when_its_stdin_ends_however_it_feels(service):
    process, address = start(service, "--parent-pipe")
    with process:
        wait_until_ready(address)

        process.stdin.close()

        # A Deaf service's shutdown never returns: then the pipe's watcher ends the process.
        assert process.wait(PATIENCE) == (3 if service == "Deaf" else 0)


def test_without_the_option_the_end_of_stdin_means_nothing():
    process, address = start("Echo")
    with process:
        process.stdin.close()
        wait_until_ready(address)
        assert post(address, word="alive").json()["output"] == "alive"
        process.kill()


# A parent between the test and the replica; its arguments are a listening socket's fd and
# the writing end of a pipe, which it passes on.
PARENT = """
import subprocess, sys, time
listener, alive = int(sys.argv[1]), int(sys.argv[2])
subprocess.Popen(
    [sys.executable, "-m", "inkcloud.replica", "support.services:Puppet"]
    + ["--fd", str(listener), "--parent-pipe"],
    pass_fds=[listener, alive],
    stdin=subprocess.PIPE,
)
time.sleep(600)
"""


@pytest.mark.parametrize("action", ["wait", "hang"])
def test_no_orphan_survives_a_kill_of_its_parent(action):
    reading, writing = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(fd), str(writing)],
            env=ENVIRONMENT,
            pass_fds=[fd, writing],
        )
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    os.close(writing)
    with parent:
        wait_until_ready(address)
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(f"{address}/infer", json={"action": action}, timeout=0.2, trust_env=False)

        parent.kill()

        # Both hold the pipe's writing end; its end-of-file says that both have ended.
        assert os.read(reading, 1) == b""
    os.close(reading)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address, trust_env=False)
