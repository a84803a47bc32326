"""`inkcloud models prepare`, and what drawing and reproducing make of it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.prepared_folder import VARIABLE, prepared_dir
from inkcloud.cli.main import app
from inkcloud.engine.picture_file import read_png
from support.inspected_here import inspect_here
from support.prepared_models import prepare_without_race
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    inspect_here(monkeypatch)
    return make_tiny_sd(tmp_path / "tiny")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def generate(tiny: Path, backend: str) -> Result:
    options = ("--model", str(tiny), "--dtype", "float32", "--backend", backend)
    return run("generate", "a cat", *options, "--steps", "2", "--seed", "1", "--output", "x.png")


def test_a_table_says_what_was_measured_and_what_is_used(tiny):
    ran = run("models", "prepare", str(tiny), "--dtype", "float32", "--data-dir", "data")

    titles, *rows = [line.split("\t") for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0
    assert titles[0] == "BACKEND"
    assert [row[0] for row in rows] == ["torch-cpu", "openvino-cpu"]
    assert [row[-1] for row in rows].count("is used from now on") == 1
    assert "Drawing the sample in float32." in ran.stderr
    (manifest,) = Path("data/prepared").rglob("prepared.json")
    assert json.loads(manifest.read_text())["shapes"][0]["shape"]["rows"] == 4


def test_a_picture_is_drawn_and_reproduced_with_what_is_prepared(tiny, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "prepared"))
    prepare_without_race(tiny, tmp_path / "prepared", "float32", [CallShape(4, 8, 8)])

    drawn = generate(tiny, "auto")
    again = run("reproduce", "x.png", "--model", str(tiny))

    assert drawn.exit_code == 0
    assert read_png(Path("x.png").read_bytes())[1].backend == "openvino-cpu"
    assert "identical, byte for byte" in again.stdout


def test_reproducing_where_nothing_is_prepared_says_that_the_backend_is_another(
    tiny, monkeypatch, tmp_path
):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "prepared"))
    prepare_without_race(tiny, tmp_path / "prepared", "float32", [CallShape(4, 8, 8)])
    generate(tiny, "openvino")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))

    again = run("reproduce", "x.png", "--model", str(tiny))

    assert "backend: then openvino-cpu, now torch-cpu" in again.stdout


def test_openvino_that_was_not_prepared_is_a_plain_error(tiny):
    ran = generate(tiny, "openvino")

    assert ran.exit_code == 2
    assert "inkcloud models prepare" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_folder_is_the_one_that_a_replica_is_told_or_lies_in_the_data_folder(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    told = {VARIABLE: "/told", "INKCLOUD_DATA_DIR": "/data"}

    assert prepared_dir(told) == Path("/told")
    assert prepared_dir(told | {VARIABLE: ""}) == Path("/data/prepared")
    assert prepared_dir({}) == Path("/xdg/inkcloud/prepared")


def test_removing_a_model_takes_away_what_was_prepared_for_it_alone(tiny):
    run("models", "add", str(tiny), "--name", "mine", "--data-dir", "data")
    for model, dtype in (("mine", "float32"), (str(tiny), "bfloat16")):
        run("models", "prepare", model, "--dtype", dtype, "--data-dir", "data")
    both = sorted(path.name for path in Path("data/prepared").iterdir())

    removed = run("models", "remove", "mine", "--yes", "--data-dir", "data")

    left = [path.name for path in Path("data/prepared").iterdir()]
    assert removed.exit_code == 0
    assert len(both) == 2
    assert left == [name for name in both if name.endswith("bfloat16")]
