"""A command that wants a picture at once: what its end needs is read when it comes to that."""

import subprocess
import sys
import threading

import pytest
import torch
from diffusers.models.embeddings import get_timestep_embedding

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.fingerprint import digest
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.generation_request import GenerationRequest
from support.engine_run import draw, running_engine
from support.prepared_models import prepare_without_race
from support.tiny_checkpoints import make_tiny_sd

SHAPE = CallShape(4, 8, 8)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("late")
    path, root = make_tiny_sd(folder / "tiny"), folder / "prepared"
    prepare_without_race(path, root, "float32", [SHAPE])
    return path, root


def one_call(checkpoint):
    text = torch.stack([checkpoint.encode("octopus")] * SHAPE.rows)
    latents = torch.zeros(SHAPE.rows, 4, SHAPE.height, SHAPE.width)
    return checkpoint.predict(latents, torch.full((SHAPE.rows,), 900.0), text)


def test_nothing_slow_is_imported_before_the_first_step_is_done(model):
    path, root = model
    code = (
        "import sys, torch\n"
        "from pathlib import Path\n"
        "from inkcloud.cli.local_engine import LocalEngine\n"
        "assert not {'diffusers', 'transformers', 'openvino'} & set(sys.modules)\n"
        "from inkcloud.checkpoints.load import load_checkpoint\n"
        "from inkcloud.engine.engine import Engine\n"
        "loaded = load_checkpoint(\n"
        "    Path(sys.argv[1]), dtype='float32', prepared=Path(sys.argv[2]), whole=False)\n"
        "Engine(loaded)\n"
        "text = torch.stack([loaded.encode('octopus')] * 4)\n"
        "loaded.predict(torch.zeros(4, 4, 8, 8), torch.full((4,), 900.0), text)\n"
        "assert 'openvino' in sys.modules and 'transformers' in sys.modules\n"
        "assert 'diffusers' not in sys.modules\n"
        "loaded.decode(torch.zeros(4, 8, 8))\n"
        "assert 'diffusers' in sys.modules\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code, str(path), str(root)], capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr


def test_the_picture_is_that_of_a_model_loaded_as_a_whole(model):
    path, root = model
    request = GenerationRequest(prompt="a cat", num_inference_steps=2, seed=1)
    drawn = []
    for whole in (True, False):
        loaded = load_checkpoint(path, dtype="float32", prepared=root, whole=whole)
        with running_engine(loaded) as engine:
            drawn.append(draw(engine, [request]))

    assert loaded.backend(rows=4, width=64, height=64) == "openvino-cpu"
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("whole", [True, False])
def test_the_autoencoder_waits_only_if_that_is_allowed(model, whole):
    path, root = model

    loaded = load_checkpoint(path, dtype="float32", prepared=root, whole=whole)

    assert loaded.autoencoder.late.built is whole


def test_a_model_that_was_not_prepared_is_loaded_and_checked_as_a_whole(model, tmp_path):
    _, root = model
    other = make_tiny_sd(tmp_path / "other", seed=1)

    loaded = load_checkpoint(other, dtype="float32", prepared=root, whole=False)

    assert loaded.backends.prepared == {}
    assert loaded.backends.torch.late.built
    assert loaded.autoencoder.late.built


def test_files_are_hashed_before_a_model_is_returned(model):
    path, root = model

    with pytest.raises(CheckpointError, match="not those that were recorded"):
        load_checkpoint(path, dtype="float32", prepared=root, expected_sha256="0" * 64, whole=False)


def test_an_autoencoder_that_was_changed_after_it_was_hashed_is_refused(tmp_path):
    path, root = make_tiny_sd(tmp_path / "tiny"), tmp_path / "prepared"
    prepare_without_race(path, root, "float32", [SHAPE])
    loaded = load_checkpoint(path, dtype="float32", prepared=root, whole=False)
    make_tiny_sd(path, seed=1)

    with pytest.raises(CheckpointError, match="were changed"):
        loaded.decode(torch.zeros(4, 8, 8))


def test_a_prepared_file_that_cannot_be_read_is_told_at_the_first_call(tmp_path):
    path, root = make_tiny_sd(tmp_path / "tiny"), tmp_path / "prepared"
    prepare_without_race(path, root, "float32", [SHAPE])
    (file,) = root.rglob("*.openvino")
    file.write_bytes(b"\0" * file.stat().st_size)
    loaded = load_checkpoint(path, dtype="float32", prepared=root, whole=False)

    with pytest.raises(CheckpointError, match="Prepare the model again"):
        one_call(loaded)


def test_hashing_ends_early_when_it_is_told_to(tmp_path):
    file, stop = tmp_path / "file", threading.Event()
    file.write_bytes(b"weights")
    stop.set()

    with pytest.raises(CheckpointError, match="stopped"):
        digest(file, "file", stop)


@pytest.mark.parametrize("width", [2, 33, 320])
@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("shift", [0, 1 / 2])
def test_the_waves_of_a_timestep_are_those_of_diffusers_to_the_last_bit(width, flip, shift):
    facts = UnetFacts(4, (8, 8), 32, 1, width, flip, shift)
    timesteps = torch.tensor([0.0, 1.0, 500.5, 999.0])

    expected = get_timestep_embedding(
        timesteps, width, flip_sin_to_cos=flip, downscale_freq_shift=shift
    )

    assert torch.equal(facts.time_waves(timesteps), expected)
