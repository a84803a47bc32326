"""What Inkling practises, what comes of it, and how its latents outlive a stop."""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers")
sys.path.insert(0, str(Path(__file__).parents[2] / "recipes/inkling"))
import latents
import unet
from batches import emphasis
from latents import SHAPE, Encoded
from mean_unet import mix, part
from often_asked import often_asked
from practise import SCALE, wanted
from safetensors.torch import save_file
from sentences import pool
from training_examples import examples


def test_the_mean_of_what_is_practised_is_part_of_the_way_to_the_picture():
    torch.manual_seed(0)
    unguided, velocity = torch.randn(2, 3, *SHAPE)

    way = wanted(unguided, velocity) - unguided

    assert 0 < SCALE < 1
    assert torch.allclose(way, SCALE * (velocity - unguided), atol=1e-5)


def test_without_a_sentence_the_target_is_the_picture():
    unguided, velocity = torch.randn(3, *SHAPE), torch.randn(5, *SHAPE)
    found = wanted(unguided, velocity)
    assert found.shape == velocity.shape
    assert torch.equal(found[3:], velocity[3:])


def test_what_practice_began_with_is_kept_when_another_one_ships(tmp_path, monkeypatch):
    first, second = (torch.nn.Linear(2, 2) for _ in range(2))
    began_with = {name: value.clone() for name, value in first.state_dict().items()}
    for name in ("GUIDED", "TRAINED", "BEFORE_PRACTICE"):
        monkeypatch.setattr(unet, name, tmp_path / "checkpoints" / name)
    for shipped in (first, second):
        monkeypatch.setattr(unet, "shipped", lambda shipped=shipped: shipped)
        found = unet.before_practice().state_dict()
        assert all(torch.equal(found[name], value) for name, value in began_with.items())


def test_a_mean_of_practices_is_weighted_and_whole_with_one_part():
    models = [torch.nn.Linear(3, 2).half() for _ in range(2)]
    first, second = (model.weight.float() for model in models)
    assert torch.allclose(mix(models, [0.75, 0.25])["weight"], 0.75 * first + 0.25 * second)
    assert torch.equal(mix(models, [0.0, 1.0])["weight"], second)


def test_what_is_exported_is_the_mean_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(unet, "MEAN", tmp_path / "mean.safetensors")
    monkeypatch.setattr(unet, "build", lambda: torch.nn.Linear(3, 2))
    mean = mix([torch.nn.Linear(3, 2)], [1.0])
    save_file(mean, unet.MEAN)
    found = unet.practised().state_dict()
    assert all(torch.equal(found[key], value) for key, value in mean.items())


@pytest.mark.parametrize("text", ["x", "=0.5", "missing.pt=0.5", "x=0", "x=1.5", "x=half"])
def test_a_part_of_the_mean_that_is_none_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        part(text)


def test_only_pictures_of_the_names_are_practised():
    fox, sign = {"name": "fox", "group": 3, "style": "flat"}, {"name": "x", "group": 8}
    assert "fox" in often_asked()
    assert emphasis([fox], often_asked()) > 0
    assert emphasis([sign | {"style": "flat"}], often_asked()) == 0
    assert emphasis([sign | {"style": "flat"}]) > 0


def test_of_pictures_that_are_passed_over_two_examples_stay():
    names = ("fox", "abacus", "abacus", "fox")
    records = [
        {"name": name, "tags": [name], "group": 3, "style": "flat", "train": True} for name in names
    ]
    pictures = np.random.default_rng(0).integers(0, 255, (4, 128, 128, 3), dtype=np.uint8)

    made = list(examples(records, pictures, every=4))

    counts = Counter(example.records[0] for example, _ in made)
    assert counts[1] == counts[2] == 2  # "fox" is often asked for
    assert counts[0] > 2
    assert counts[3] > 2
    of_one = [each for each in made if each[0].records == (1,)]
    for example, _ in of_one:
        assert example.kind == "single"
        assert 1 < len(example.sentences) < len(pool(records[1]))
        assert set(example.sentences) <= set(pool(records[1]))
    assert not np.array_equal(of_one[0][1], of_one[1][1])


def test_no_picture_is_learnt_in_its_own_place():
    record = {"name": "fox", "tags": ["fox"], "group": 3, "style": "flat", "train": True}
    pictures = np.random.default_rng(0).integers(0, 255, (1, 128, 128, 3), dtype=np.uint8)

    made = [(e, picture) for e, picture in examples([record], pictures) if e.kind == "single"]

    assert len(made) == 5
    assert len({picture.tobytes() for _, picture in made}) == 5
    for _, picture in made:
        assert picture.shape == pictures[0].shape
        assert not np.array_equal(picture, pictures[0])
        assert not np.array_equal(picture, pictures[0][:, ::-1])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(latents, "DATASET", tmp_path)
    return tmp_path


@pytest.mark.parametrize("lost", ["nothing", "part of a line", "part of the latents' lines"])
def test_who_is_stopped_goes_on_from_whole_latents(folder, lost):
    first, second = torch.randn(2, *SHAPE), torch.randn(3, *SHAPE)
    Encoded(7).add(first, ["{}\n", "{}\n"])
    lines = folder / "examples.every7.partial"
    if lost == "part of a line":
        lines.write_text(lines.read_text()[:-1])
    if lost == "part of the latents' lines":  # killed between the two files
        with (folder / "latents.every7.partial").open("ab") as file:
            file.write(b"\0" * 10)

    again = Encoded(7)
    kept = again.count
    assert again.latents().shape == (kept, *SHAPE)
    again.add(second, ["{}\n"] * 3)

    assert kept == (1 if lost == "part of a line" else 2)
    expected = torch.cat([first[:kept], second]).half()
    assert torch.equal(torch.from_numpy(Encoded(7).latents().copy()), expected)
    assert Encoded(5).count == 0


def test_finished_latents_leave_nothing_behind(folder):
    encoded = Encoded(1)
    encoded.add(torch.randn(1, *SHAPE), ["{}\n"])
    encoded.publish()
    assert [path.name for path in folder.iterdir()] == ["examples.jsonl"]
