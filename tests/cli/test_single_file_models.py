"""A single file is drawn with from the command line, and its pictures are rendered again."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from inkcloud.cli.main import app
from support.narrow_checkpoints import make_narrow_sd
from support.original_layout import write_single_file

ARGUMENTS = ("--steps", "2", "--seed", "3", "--width", "64", "--height", "64")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable Diffusion 2, which does not say what it predicts."""
    root = tmp_path_factory.mktemp("models")
    return write_single_file(make_narrow_sd(root / "folder", version=2), root / "two.safetensors")


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def inkcloud(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def generate(file: Path, output: str, *options: str) -> Result:
    model = ("--model", file, "--dtype", "float32", "--output", output)
    return inkcloud("generate", "a cat", *ARGUMENTS, *model, *options)


def record(path: str) -> dict[str, object]:
    with Image.open(path) as image:
        return json.loads(image.info["inkcloud"])


def test_without_the_prediction_it_is_asked_for(file: Path) -> None:
    result = generate(file, "x.png")

    assert result.exit_code == 2
    assert "--prediction" in " ".join(result.output.split())
    assert not Path("x.png").exists()


def test_a_kind_of_prediction_that_does_not_exist_is_refused_with_those_that_do(file: Path) -> None:
    result = generate(file, "x.png", "--prediction", "sample")

    assert result.exit_code != 0
    assert "epsilon, v_prediction" in " ".join(result.output.split())


def test_the_told_prediction_is_recorded_and_used_again(file: Path) -> None:
    told = generate(file, "v.png", "--prediction", "v_prediction")
    other = generate(file, "e.png", "--prediction", "epsilon")
    again = inkcloud("reproduce", "v.png", "--model", file)
    wrong = inkcloud("reproduce", "v.png", "--model", file, "--prediction", "epsilon")

    assert (told.exit_code, other.exit_code) == (0, 0), told.output + other.output
    assert record("v.png")["prediction"] == "v_prediction"
    assert record("v.png")["checkpoint"] == "two.safetensors"
    assert Path("v.png").read_bytes() != Path("e.png").read_bytes()
    assert (again.exit_code, wrong.exit_code) == (0, 1)
    assert "identical, byte for byte" in again.output
    assert "prediction: then v_prediction, now epsilon" in wrong.output


def test_the_environment_tells_it_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKCLOUD_PREDICTION", "epsilon")

    assert generate(file, "x.png").exit_code == 0
    assert record("x.png")["prediction"] == "epsilon"
