"""The built-in model is prepared before the first start on a machine, and only then."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inkcloud.bootstrap import first_preparation
from inkcloud.bootstrap.first_preparation import REMEMBERED, FirstPreparation
from inkcloud.bootstrap.settings import UpSettings
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.engine.picture_file import read_png
from inkcloud.engine.preparation import Stage
from support.running_up import running_up
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UpSettings:
    """Options of a first start, a small model in the built-in one's place."""
    tiny = make_tiny_sd(tmp_path / "tiny")
    monkeypatch.setattr(first_preparation, "builtin_folder", lambda: tiny)
    return UpSettings(data_dir=tmp_path / "data", dtype="float32")


def run(settings: UpSettings, folder: Path) -> tuple[str, list[str]]:
    """Prepare; return what is said in the end, and the stages that were shown."""
    stages: list[str] = []

    @contextmanager
    def shown() -> Iterator[Callable[[Stage], None]]:
        yield lambda stage: stages.append(stage.text)

    preparation = FirstPreparation(settings, folder / "prepare.log")
    return asyncio.run(preparation.run(shown)), stages


def needed(settings: UpSettings) -> bool:
    return FirstPreparation(settings, settings.data_dir / "prepare.log").needed()


@pytest.mark.slow
def test_a_model_is_prepared_once_for_a_machine_and_its_weights(settings, tmp_path):
    assert needed(settings)

    said, stages = run(settings, tmp_path)

    assert " times as fast as " in said
    assert stages[0] == "Loading the model in float32"
    assert "Racing" in stages
    [manifest] = (settings.data_dir / "prepared").glob("*/prepared.json")
    [shape, *_] = json.loads(manifest.read_text())["shapes"]
    assert said.startswith(shape["winner"])
    assert not needed(settings)
    assert needed(replace(settings, dtype="bfloat16"))
    weights = next((tmp_path / "tiny").rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes() + b"\0")
    assert needed(settings)


def test_what_an_earlier_inkcloud_prepared_is_prepared_anew(settings, tmp_path):
    run(settings, tmp_path)
    assert not needed(settings)
    remembered = settings.data_dir / "prepared" / REMEMBERED
    facts = json.loads(remembered.read_text())
    remembered.write_text(json.dumps(facts | {"format": facts["format"] - 1}))

    assert needed(settings)


@pytest.mark.slow
def test_the_first_start_says_what_draws_and_a_second_one_prepares_nothing(
    prepared_builtin, tmp_path
):
    assert "Finding out what draws" in prepared_builtin.said
    assert " times as fast as " in prepared_builtin.said
    data = prepared_builtin.share_with(tmp_path / "data")
    with running_up(data, "--prepare", "--no-playground") as up:
        assert "Finding out" not in "\n".join(up.lines)
        answer = up.ask("POST", "/endpoints/text2image/predict", {"prompt": "a cat"})

    winner = prepared_builtin.said.partition(" draws it ")[0].split()[-1]
    record = read_png(base64.b64decode(answer["image_0"]))[1]
    assert record.backend == winner


@pytest.mark.parametrize(
    "options", [{"prepare": False}, {"model": "other"}, {"backend": "torch"}], ids=str
)
def test_it_is_not_needed_where_it_is_not_wanted_or_would_not_be_used(settings, options):
    assert not needed(replace(settings, **options))


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}"])
def test_what_is_remembered_and_cannot_be_read_counts_as_nothing(settings, text):
    folder = settings.data_dir / "prepared"
    folder.mkdir(parents=True)
    (folder / REMEMBERED).write_text(text)

    assert needed(settings)


def test_where_openvino_is_missing_there_is_nothing_to_find_out(settings, monkeypatch):
    without = replace(Machine.this(), versions={"openvino": "none"})
    monkeypatch.setattr(Machine, "this", staticmethod(lambda: without))

    assert not needed(settings)


def test_a_model_that_cannot_be_prepared_is_told_and_not_tried_again(settings, tmp_path):
    (tmp_path / "tiny" / "unet" / "config.json").write_text("{}")

    said, _ = run(settings, tmp_path)

    assert "could not be prepared" in said
    assert "inkcloud models prepare inkling" in said
    assert not needed(settings)


def test_control_c_while_it_is_prepared_stops_inkcloud_and_leaves_nothing(tmp_path):
    data = tmp_path / "data"
    with running_up(data, "--prepare", "--no-playground", ready=False) as up:
        up.read_until("Loading the model in float32")
        children = up.children()
        code = up.interrupt()

    assert code == 0
    assert len(children) == 1
    assert not children[0].is_running()
    assert up.lines[-1] == "Inkcloud has stopped."
    assert not any((data / "prepared").rglob("*"))
