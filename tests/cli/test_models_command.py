"""`inkcloud models`, run in this process on a data folder of its own; pulls are in tests/models."""

import json

import pytest
from typer.testing import CliRunner, Result

from inkcloud.cli.main import app
from inkcloud.domain.endpoint import Endpoint
from inkcloud.models.store import ModelStore
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from support.inspected_here import inspect_here
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    monkeypatch.setenv("INKCLOUD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    inspect_here(monkeypatch)


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "data" / "models")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny", prediction="v_prediction")


def run(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["models", *map(str, arguments)], input=typed)


def good(*arguments: object, typed: str | None = None) -> Result:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result


def test_a_model_is_added_listed_verified_and_removed(store, folder):
    said = good("add", folder, "--name", "mine").stdout
    listed = good("list").stdout.splitlines()
    whole = good("verify", "mine").stdout
    removed = good("remove", "mine", typed="y\n").stderr

    assert "mine: Stable Diffusion 2, v_prediction, 64x64, 3.6 MB kept" in said
    assert listed[0].split("\t") == [
        *("NAME", "SIZE", "KIND", "PREDICTION", "NATIVE SIZE", "MEMORY"),
        *("LICENCE", "ORIGIN"),
    ]
    assert listed[1].startswith("inkling\t")
    assert listed[2].split("\t") == [
        *("mine", "3.6 MB", "Stable Diffusion 2, float32", "v_prediction", "64x64"),
        *("2.1 MB (float32: 4.1 MB)", "not stated", str(folder)),
    ]
    assert whole == "mine is whole: 11 files, 3.6 MB.\n"
    assert "The model mine is removed; 3.6 MB freed." in removed
    assert store.names() == ["inkling"]


def test_what_differs_is_named_with_exit_code_1(store, folder):
    good("add", folder, "--name", "mine")
    store.place(store.get("mine"), "vae/config.json").write_text("{}")

    result = run("verify", "mine")
    as_json = run("verify", "mine", "--json")

    assert result.exit_code == as_json.exit_code == 1
    assert result.stdout == "vae/config.json: It is 2 bytes long, not 756.\n"
    assert json.loads(as_json.stdout)[0]["file"] == "vae/config.json"


def test_a_linked_model_is_told_as_such(store, folder):
    good("add", folder, "--link")

    [_, listed] = json.loads(good("list", "--json").stdout)
    assert listed["files"][0]["linked"].startswith(str(folder))
    assert good("list").stdout.rstrip().endswith("(link)")
    assert "kB freed" in good("remove", "tiny", "--yes").stderr
    assert folder.exists()


def test_a_model_that_an_endpoint_uses_is_removed_by_force_only(store, folder, tmp_path):
    good("add", folder, "--name", "mine", "--link")
    database = Database.in_folder(tmp_path / "data")
    environment = {"INKCLOUD_MODEL": "mine"}
    EndpointTable(database).save(Endpoint(name="user", service="a:B", environment=environment))
    database.close()

    refused = run("remove", "mine", "--yes")

    assert refused.exit_code == 2
    assert "The model mine is used by the endpoint user." in refused.stderr
    assert store.has("mine")
    good("remove", "mine", "--yes", "--force")
    assert not store.has("mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "nothing"), "PATH was"),
        (("add", "."), "holds no model"),
        (
            ("add", ".", "--prediction", "x"),
            "--prediction was 'x'; allowed: one of epsi",
        ),
        (("verify", "none"), "NAME was 'none'; allowed: one of inkling"),
        (("remove", "none", "--yes"), "NAME was 'none'; allowed: one of inkling"),
        (("remove", "inkling", "--yes"), "comes with Inkcloud and cannot be removed"),
        (("remove", "../x", "--yes"), "no model of that name"),
        (("pull", "../x"), "ID was '../x'"),
        (("pull", "a/b", "--endpoint", "x"), "--endpoint was 'x'"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_exit_code_2(arguments, words, store):
    result = run(*arguments)

    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert not store.folder.exists() or store.names() == ["inkling"]


def test_no_answer_to_the_question_removes_nothing(store, folder):
    good("add", folder, "--name", "mine", "--link")

    assert run("remove", "mine", typed="n\n").exit_code != 0
    assert store.has("mine")
