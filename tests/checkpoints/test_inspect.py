"""A model's facts, without its weights."""

import json
import subprocess
import sys

import pytest

from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.checkpoints.inspect_process import main
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.builtin import builtin_folder, builtin_model
from support.tiny_checkpoints import make_tiny_sd

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.mark.parametrize("text", ["clip", "bert"])
@pytest.mark.parametrize("prediction", Prediction)
def test_facts_are_those_of_the_loaded_model(tmp_path, text, prediction):
    folder = make_tiny_sd(tmp_path / "model", text=text, prediction=prediction.value)

    facts = inspect_model(folder)

    loaded = load_checkpoint(folder, dtype="float32")
    weights = [
        weight
        for module in (loaded.text_encoder, loaded.unet, loaded.vae)
        for weight in module.parameters()
    ]
    assert facts.layout == "folder"
    assert facts.prediction is prediction
    assert facts.native_size == loaded.native_size
    assert facts.unet_parameters == loaded.parameters
    assert facts.weight_bytes == 4 * sum(weight.numel() for weight in weights)
    assert facts.stored_dtype == "float32"
    assert facts.weight_bytes < facts.memory_single <= 2 * facts.memory_half


def test_the_builtin_models_own_facts_are_what_is_read_from_any_other():
    found = inspect_model(builtin_folder())

    assert builtin_model().facts == found


def test_an_oblong_native_size_is_width_before_height(tmp_path):
    folder = make_tiny_sd(tmp_path / "model", unet_settings={"sample_size": (8, 12)})

    assert inspect_model(folder).native_size == (96, 64)


def test_the_built_in_model_is_named_by_its_family():
    assert inspect_model(locate(BUILTIN)).family == "Inkling"


def test_a_told_prediction_overrides_the_folders(folder):
    assert inspect_model(folder, Prediction.V).prediction is Prediction.V
    assert load_checkpoint(folder, prediction=Prediction.V).schedule.prediction is Prediction.V


def test_no_weight_is_read(folder):
    # Numbers that are not numbers would be seen if they were looked at.
    with (folder / UNET).open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size - 4096)
        file.write(b"\xff" * 4096)

    assert inspect_model(folder).unet_parameters > 0


def test_shapes_are_compared_with_the_configuration(folder):
    path = folder / "unet" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"block_out_channels": [32, 128]}))

    with pytest.raises(CheckpointError, match="do not fit"):
        inspect_model(folder)


def test_the_command_prints_the_facts_as_json(tiny_original, capsys):
    code = main([str(tiny_original), "--prediction", "v_prediction"])

    facts = json.loads(capsys.readouterr().out)
    assert code == 0
    assert facts["prediction"] == "v_prediction"
    assert facts["native_size"] == [64, 64]
    assert facts["layout"] == "folder"


def test_the_command_prints_an_error_as_json(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "inkcloud.checkpoints.inspect_process", tmp_path / "nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert json.loads(run.stdout)["code"] == "checkpoint"
    assert run.stderr == ""


def test_another_fingerprint_than_the_recorded_one_is_refused(folder):
    recorded = load_checkpoint(folder, dtype="float32").sha256
    with (folder / UNET).open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)[0]
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))

    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder, dtype="float32", expected_sha256=recorded)

    assert caught.value.field == "sha256"
    assert caught.value.allowed == recorded


def test_the_recorded_fingerprint_is_accepted_in_any_case(folder):
    recorded = load_checkpoint(folder, dtype="float32").sha256

    again = load_checkpoint(folder, dtype="float32", expected_sha256=recorded.upper())

    assert again.sha256 == recorded
