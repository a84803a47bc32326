import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx2
import pytest
from typer.testing import CliRunner

from inkcloud.cli.main import app
from support.waiting import wait_until

PATIENCE = 60
COMMAND = [sys.executable, "-m", "inkcloud.cli.main"]
SLEEPER = """
import time
class Sleeper:
    def infer(self) -> str:
        open("napping", "w").close()
        time.sleep(600)
class Broken:
    def setup(self): raise ValueError("no\\nweights")
    def infer(self) -> str: return ""
class Nothing:
    pass
raise_on_import = None
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    assert init(folder).exit_code == 0
    return folder


def init(folder):
    return CliRunner().invoke(app, ["init", str(folder)])


def command(folder, *arguments, **environment):
    return subprocess.run(
        [*COMMAND, "run", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def running(folder, *arguments, **environment):
    """Run `inkcloud run` on a free port; lend the process and its address."""
    process = subprocess.Popen(
        [*COMMAND, "run", *arguments, "--port", "0"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = process.stdout.readline().split(" at ")[1].split(";")[0]
        health = f"{address}/healthcheck"
        wait_until(lambda: httpx2.get(health, trust_env=False).is_success)
        yield process, address
    finally:
        process.kill()
        process.stdout.close()
        process.wait(PATIENCE)


def post(address, path, **inputs):
    return httpx2.post(f"{address}{path}", json=inputs, timeout=PATIENCE, trust_env=False)


def test_what_init_writes_runs_and_ctrl_c_stops_it(project):
    with running(project, "service:HelloWorld") as (process, address):
        greeting = post(address, "/infer", name="Ada").json()["output"]
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)

    assert greeting == "Hello, Ada!"
    assert code == 0
    assert (project / "requirements.txt").exists()
    assert "inkcloud run service:HelloWorld" in (project / "README.md").read_text()


@pytest.mark.parametrize("name", ["service.py", "README.md", "requirements.txt"])
def test_init_overwrites_nothing(tmp_path, name):
    (tmp_path / name).write_text("mine")

    result = init(tmp_path)

    assert result.exit_code == 2
    assert name in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_init_where_a_file_is_says_so(tmp_path):
    (tmp_path / "file").write_text("")

    result = init(tmp_path / "file" / "project")

    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["service"], "wrong form"),
        (["nothing:HelloWorld"], "No module named 'nothing'"),
        (["service:Nothing"], "one of HelloWorld"),
        (["sleeper:Nothing"], "no infer method"),
        (["bad:Class"], "SyntaxError"),
    ],
)
def test_run_says_what_is_wrong_with_a_name(project, arguments, says):
    (project / "sleeper.py").write_text(SLEEPER)
    (project / "bad.py").write_text("def")

    done = command(project, *arguments, "--port", "0")

    assert done.returncode == 2
    assert says in done.stderr
    assert f"module:Class was {arguments[0]!r}" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_says_that_its_port_is_taken(project):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command(project, "service:HelloWorld", "--port", str(port))

    assert done.returncode == 2
    assert f"--port was {port}" in done.stderr
    assert "in use" in done.stderr


def test_run_says_why_the_setup_failed(project):
    (project / "sleeper.py").write_text(SLEEPER)

    done = command(project, "sleeper:Broken", "--port", "0")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == ("inkcloud: the setup failed: ValueError: no weights")


def test_a_second_ctrl_c_ends_work_that_no_one_can_stop(project):
    (project / "sleeper.py").write_text(SLEEPER)
    with running(project, "sleeper:Sleeper") as (process, address):
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /infer HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n"
            connection.sendall(head.encode() + b"{}")
            wait_until((project / "napping").exists)
            process.send_signal(signal.SIGINT)
            health = f"{address}/healthcheck"
            wait_until(lambda: httpx2.get(health, trust_env=False).status_code == 503)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0


def test_an_address_that_others_reach_needs_a_token(project):
    refused = command(project, "service:HelloWorld", "--host", "0.0.0.0", "--port", "0")

    assert refused.returncode != 0
    assert "INKCLOUD_RUN_TOKEN" in refused.stderr


def test_with_a_token_only_those_who_have_it_are_answered(project):
    with running(project, "service:HelloWorld", INKCLOUD_RUN_TOKEN="sesame") as (_, address):
        answers = [
            httpx2.post(f"{address}/infer", json={}, headers=headers, trust_env=False)
            for headers in (
                {},
                {"Authorization": "Bearer wrong"},
                {"Authorization": "sesame"},
                {"Authorization": "Bearer sesame", "Host": "some.example"},
            )
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 200]
