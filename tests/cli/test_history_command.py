"""`inkcloud history`, against a real gateway with a stub replica."""

import json

import pytest
from typer.testing import CliRunner

from inkcloud.cli.main import app
from inkcloud.client import InkcloudClient
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

DRAWN = (
    {"prompt": "an octopus", "scheduler": "DDIM", "num_inference_steps": 9, "seed": 2**64 - 1},
    {"prompt": "a whale", "num_inference_steps": 30, "guidance_scale": 3.5, "seed": 7},
    {"prompt": "an octopus\tin a grid", "seed": 8, "tag": "grid/1/2"},
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with StubReplica() as replica, RunningGateway(folder, StubReplicas(replica)) as running:
        with InkcloudClient(running.url, token=running.token, endpoint="open") as client:
            for request in DRAWN:
                client.generate(**request)
            whale = client.history("whale").pictures[0]
            client.change_history_picture(whale.id, favourite=True, note="for Ada")
        yield running


@pytest.fixture(autouse=True)
def _environment(gateway, monkeypatch):
    monkeypatch.setenv("INKCLOUD_URL", gateway.url)
    monkeypatch.setenv("INKCLOUD_TOKEN", gateway.token)


def listed(*arguments: str):
    result = CliRunner().invoke(app, ["history", "list", *arguments])
    assert result.exit_code == 0, result.output
    return result


def seeds(*arguments: str) -> list[str]:
    """The seeds of what is listed, which tell the three pictures apart."""
    return [line.split("\t")[6] for line in listed(*arguments).stdout.splitlines()[1:]]


def test_pictures_are_listed_with_what_drew_them():
    titles, _, whale, octopus = listed().stdout.splitlines()

    assert titles == "ID\tFINISHED\tENDPOINT\tSCHEDULER\tSTEPS\tGUIDANCE\tSEED\tPROMPT"
    assert whale.split("\t")[2:] == ["open", "DPMSolverMultistep", "30", "3.5", "7", "a whale"]
    assert octopus.split("\t")[2:] == ["open", "DDIM", "9", "7.5", f"{2**64 - 1}", "an octopus"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["octo"], ["8", f"{2**64 - 1}"]),
        (["octo", "GRID"], ["8"]),
        (["ada"], ["7"]),
        (["--scheduler", "DDIM"], [f"{2**64 - 1}"]),
        (["--min-steps", "9", "--max-steps", "20", "--sort", "oldest"], [f"{2**64 - 1}", "8"]),
        (["--max-guidance", "5"], ["7"]),
        (["--min-guidance", "5", "--kind", "experiment"], ["8"]),
        (["--favourites"], ["7"]),
        (["--endpoint", "shut"], []),
        (["--deleted"], []),
        (["--sort", "most_steps"], ["7", "8", f"{2**64 - 1}"]),
    ],
)
def test_words_filters_and_orders_are_those_of_the_history(arguments, expected):
    assert seeds(*arguments) == expected


def test_a_page_says_how_to_go_on():
    first = listed("--limit", "2")

    where = first.stderr.strip().removeprefix("There are more: ").split()

    assert seeds("--limit", "2", *where) == [f"{2**64 - 1}"]
    last = listed("--limit", "2", *where)
    assert last.stderr == ""
    assert seeds("--before", last.stdout.splitlines()[1].split("\t")[0]) == ["8", "7"]


def test_json_holds_everything():
    page = json.loads(listed("whale", "--json").stdout)

    [picture] = page["pictures"]
    assert (picture["note"], picture["favourite"]) == ("for Ada", True)
    assert picture["record"]["seed"] == 7
    assert picture["image_url"].endswith(f"/history/{picture['id']}/image")
    assert page["next"] == ""


def test_a_place_that_is_gone_is_told():
    result = CliRunner().invoke(app, ["history", "list", "--after", "gen_none-0"])

    assert result.exit_code != 0
    assert "its picture is gone" in result.stderr
