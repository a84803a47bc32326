"""The commands that ask a gateway, against a real one with stub replicas."""

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from inkcloud.cli.main import app
from inkcloud.domain.log_line import LogLine
from inkcloud.storage.events import EventTable
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GROUPS = {
    "templates": ["list"],
    "history": ["list"],
    "tokens": ["create", "list", "revoke"],
    "endpoints": [
        *("create", "list", "get", "update", "delete"),
        *("pause", "start", "logs", "events"),
    ],
}


@pytest.fixture(scope="module")
def replicas():
    with StubService() as service:
        yield StubReplicas(service)


@pytest.fixture(scope="module")
def gateway(replicas, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), replicas) as running:
        yield running


@pytest.fixture(autouse=True)
def _environment(gateway, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKCLOUD_URL", gateway.url)
    monkeypatch.setenv("INKCLOUD_TOKEN", gateway.token)


def run(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


def good(*arguments: object, typed: str | None = None) -> str:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


def bad(*arguments: object, code: int) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert 1 <= len(result.stderr.strip().splitlines()) <= 3, result.stderr
    return result.stderr


@pytest.fixture
def mine():
    good("endpoints", "create", "mine", "--template", "stub", "--env", "APP_A=secret")
    yield "mine"
    run("endpoints", "delete", "mine", "--yes")


def test_templates_are_listed_in_a_pipe_as_tabbed_lines():
    assert good("templates", "list") == (
        "NAME\tTITLE\tDESCRIPTION\nstub\tA stub\tDoes what it is told.\n"
    )


def test_json_holds_all_of_it():
    [template] = json.loads(good("templates", "list", "--json"))

    assert template["example"] == {"prompt": "x"}


def test_an_endpoint_is_created_with_every_field_shown_and_listed():
    text = good(
        *("endpoints", "create", "all", "--template", "stub", "--model", "second"),
        *("--display-name", "All of it", "--description", "A test.", "--min-replicas", 1),
        *("--max-replicas", 2, "--timeout", 60, "--concurrency-per-replica", 4, "--public"),
        *("--env", "APP_A=a=b", "--env", "APP_B="),
    )
    found = json.loads(good("endpoints", "get", "all", "--json"))
    listed = good("endpoints", "list").splitlines()
    good("endpoints", "delete", "all", "-y")

    assert "APP_A APP_B INKCLOUD_MODEL" in text
    assert "a=b" not in text
    assert found["environment"] == {"APP_A": "a=b", "APP_B": "", "INKCLOUD_MODEL": "second"}
    assert (found["min_replicas"], found["max_replicas"]) == (1, 2)
    assert (found["timeout_seconds"], found["concurrency_per_replica"]) == (60, 4)
    assert (found["public"], found["display_name"]) == (True, "All of it")
    assert listed[0].split("\t") == ["NAME", "STATE", "REPLICAS", "ACCESS", "MADE FROM", "URL"]
    assert any(line.startswith("all\trunning\t1 (1 to 2)\tpublic\tstub\t") for line in listed)


def test_another_model_is_chosen_and_the_other_settings_stay(mine):
    good("endpoints", "update", "mine", "--model", "second")

    found = json.loads(good("endpoints", "get", "mine", "--json"))
    assert found["environment"] == {"APP_A": "secret", "INKCLOUD_MODEL": "second"}


def test_a_class_of_ones_own_brings_the_current_folder(tmp_path, replicas):
    good("endpoints", "create", "own", "--service", "mine:Service")
    good("endpoints", "delete", "own", "--yes")

    made = next(each for each in replicas.applied if each.name == "own")
    assert (made.service, made.code_folder) == ("mine:Service", str(tmp_path))


def test_only_what_was_given_changes(mine):
    changed = json.loads(
        good("endpoints", "update", mine, "--max-replicas", 5, "--env", "APP_B=b", "--json")
    )
    without = json.loads(good("endpoints", "update", mine, "--unset-env", "APP_A", "--json"))

    assert (changed["max_replicas"], changed["min_replicas"]) == (5, 0)
    assert changed["environment"] == {"APP_A": "secret", "APP_B": "b", "INKCLOUD_MODEL": "first"}
    assert without["environment"] == {"APP_B": "b", "INKCLOUD_MODEL": "first"}


def test_pause_and_start(mine):
    assert json.loads(good("endpoints", "pause", mine, "--json"))["paused"] is True
    assert json.loads(good("endpoints", "start", mine, "--json"))["paused"] is False


def test_delete_asks_unless_told_not_to(mine):
    refused = run("endpoints", "delete", mine, typed="n\n")
    nobody = run("endpoints", "delete", mine, typed="")
    assert good("endpoints", "get", mine)

    good("endpoints", "delete", mine, typed="y\n")

    for result in (refused, nobody):
        assert result.exit_code == 1
        assert "nothing was changed" in result.stderr
    assert "no endpoint" in bad("endpoints", "get", mine, code=1)


def test_logs_and_events_are_shown_oldest_first(gateway, replicas):
    replicas.log = [
        LogLine(at=AT, replica="open-0", text="one"),
        LogLine(at=AT, replica="open-1", text="two"),
    ]
    EventTable(gateway.database).add("open", "open-0", "ready", "is ready", AT)
    EventTable(gateway.database).add("open", "", "scaled_up", "from 0 to 1", AT.replace(hour=4))

    assert good("endpoints", "logs", "open").splitlines() == [
        "2026-01-02 03:04:05  open-0  one",
        "2026-01-02 03:04:05  open-1  two",
    ]
    assert good("endpoints", "logs", "open", "--replica", "open-1", "-f").endswith("two\n")
    assert good("endpoints", "events", "open").splitlines() == [
        "2026-01-02 03:04:05  open-0  ready  is ready",
        "2026-01-02 04:04:05  scaled_up  from 0 to 1",
    ]
    assert json.loads(good("endpoints", "logs", "open", "-n", 1, "--json"))["text"] == "two"


def test_following_events_goes_on_until_control_c(gateway):
    EventTable(gateway.database).add("shut", "", "paused", "paused", AT)
    command = [sys.executable, "-u", "-m", "inkcloud.cli.main", "endpoints", "events", "shut", "-f"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "2026-01-02 03:04:05  paused  paused\n"

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (130, "")


def test_a_token_alone_is_on_standard_output_and_can_be_used(monkeypatch):
    result = run(
        *("tokens", "create", "--name", "ci", "--scope", "read", "--scope", "predict"),
        *("--endpoint", "open", "--expires", "12h"),
    )
    token = result.stdout.strip()
    [id] = re.findall(r"tok_\w+", result.stderr)
    [line] = [line for line in good("tokens", "list").splitlines() if line.startswith(id)]

    assert re.fullmatch(r"ink_\w+", token)
    assert "it permits predict, read" in result.stderr
    assert line.split("\t")[1:4] == ["ci", "predict read", "open"]
    assert "until " in line
    assert token not in line
    good("tokens", "revoke", id, "--yes")
    assert good("tokens", "list").count("revoked") == 1
    monkeypatch.setenv("INKCLOUD_TOKEN", token)
    assert "token" in bad("endpoints", "list", code=1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("endpoints", "get", "none"), 1, ["no endpoint"]),
        (("endpoints", "create", "open", "--template", "stub"), 1, ["open"]),
        (("endpoints", "create", "x"), 2, ["--template", "--service"]),
        (("endpoints", "create", "x", "--template", "stub", "--service", "a:B"), 2, ["either"]),
        (("endpoints", "create", "Bad!", "--template", "stub"), 2, ["NAME was 'Bad!'"]),
        (
            ("endpoints", "create", "x", "--template", "stub", "--max-replicas", 5000),
            2,
            ["--max-replicas was 5000", "1 to 999"],
        ),
        (
            ("endpoints", "create", "x", "--template", "stub", "--timeout", -1),
            2,
            ["--timeout was -1", "0 to 3600"],
        ),
        (("endpoints", "create", "x", "--template", "stub", "--env", "hush"), 2, ["NAME=VALUE"]),
        (("endpoints", "update", "open"), 2, ["nothing to change"]),
        (("endpoints", "logs", "open", "-n", "many"), 2, ["--lines was 'many'", "whole number"]),
        (("endpoints", "get"), 2, ["NAME is missing"]),
        (("endpoints", "nonsense"), 2, ["nonsense"]),
        (("tokens", "create", "--expires", "soon"), 2, ["--expires was 'soon'", "12h"]),
        (("tokens", "create", "--scope", "all"), 2, ["--scope was 'all'", "deploy-code"]),
        (("tokens", "revoke", "tok_none", "--yes"), 1, ["no token"]),
        (("templates", "list", "--url", "nonsense"), 2, ["--url was 'nonsense'"]),
        (("templates", "list", "--url", "http://127.0.0.1:1"), 1, ["inkcloud up"]),
    ],
)
def test_errors_are_a_plain_sentence_with_the_right_code(arguments, code, words):
    said = bad(*arguments, code=code)

    for word in words:
        assert word in said
    assert "hush" not in said


def test_the_data_folders_token_is_used_for_this_machine_only(
    gateway, monkeypatch, tmp_path, capsys
):
    from inkcloud.cli.gateway_options import open_client

    monkeypatch.delenv("INKCLOUD_TOKEN")
    assert "token" in bad("endpoints", "list", code=1)
    (tmp_path / "token").write_text(gateway.token + "\n")
    monkeypatch.setenv("INKCLOUD_DATA_DIR", str(tmp_path))

    assert "open" in good("endpoints", "list")
    for url, sent in ((gateway.url, True), ("http://192.0.2.1:8000", False)):
        with open_client(url) as client:
            assert client.has_token is sent
            assert gateway.token not in repr(client)


def test_on_another_machine_the_folder_must_be_named():
    said = bad(
        *("endpoints", "create", "x", "--service", "a:B", "--url", "http://192.0.2.1:8000"), code=2
    )

    assert "--code-folder" in said


@pytest.mark.parametrize(
    ("group", "command"), [(group, command) for group in GROUPS for command in GROUPS[group]]
)
def test_every_option_has_an_environment_variable(group, command):
    page = CliRunner().invoke(app, [group, command, "--help"], terminal_width=200).stdout

    options = [line for line in page.splitlines() if re.match(r"\s+--?\w", line)]
    wrapped = re.sub(r"\n {20,}", " ", page)
    named = [line for line in wrapped.splitlines() if re.match(r"\s+--?\w", line)]
    assert len(named) == len(options) >= 2
    for line in named:
        assert "INKCLOUD_" in line or "--help" in line, line


def test_options_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("INKCLOUD_TEMPLATE", "stub")
    monkeypatch.setenv("INKCLOUD_MAX_REPLICAS", "7")
    monkeypatch.setenv("INKCLOUD_ENV", "APP_A=1 APP_B=2")
    monkeypatch.setenv("INKCLOUD_JSON", "1")
    monkeypatch.setenv("INKCLOUD_YES", "1")

    made = json.loads(good("endpoints", "create", "env"))
    good("endpoints", "delete", "env")

    assert made["max_replicas"] == 7
    assert {"APP_A": "1", "APP_B": "2"}.items() <= made["environment"].items()


def test_a_table_for_people_is_drawn_on_a_terminal(monkeypatch, capsys):
    from inkcloud.cli.listing import print_rows

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    print_rows(("NAME", "TEXT"), [("a", "[bold]\x1b[31m")])

    shown = capsys.readouterr().out
    assert "─" in shown
    assert "[bold]" in shown
    assert "\x1b[31m" not in shown


def test_a_listing_needs_no_heavy_import():
    script = (
        "import sys, inkcloud.cli.endpoints, inkcloud.cli.tokens\n"
        "heavy = {'torch', 'fastapi', 'streamlit', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
