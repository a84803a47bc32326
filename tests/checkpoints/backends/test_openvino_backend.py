"""OpenVINO computes what torch computes, in the shapes that it was prepared for."""

import subprocess
import sys

import pytest
import torch

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError, InvalidRequest
from inkcloud.engine.agreement import call_error
from support.prepared_models import load_prepared, prepare_without_race, without_files
from support.tiny_checkpoints import make_tiny_sd

SHAPES = [CallShape(4, 8, 8), CallShape(2, 8, 12)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tiny_sd(tmp_path_factory.mktemp("models") / "tiny")


def inputs(checkpoint, shape):
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(shape.rows, 4, shape.height, shape.width, generator=generator)
    steps = torch.linspace(900, 1, shape.rows)
    words = ["octopus", "", "cat", "red chess"]
    return latents, steps, torch.stack([checkpoint.encode(words[row]) for row in range(shape.rows)])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_each_prepared_shape_is_as_near_to_float32_as_torch_is(folder, tmp_path, dtype):
    exact = load_checkpoint(folder, dtype="float32")
    checkpoint = load_prepared(folder, tmp_path, dtype, SHAPES)

    for shape in SHAPES:
        given = inputs(exact, shape)
        expected = exact.predict(*given)
        found = checkpoint.predict(*given)
        rival = without_files(checkpoint).predict(*given)

        assert checkpoint.backends.of(shape).name == "openvino-cpu"
        assert found.dtype == torch.float32
        assert not torch.equal(found, rival)
        assert call_error(found, expected) < 1.5 * call_error(rival, expected) + 1e-5


def test_other_shapes_are_left_to_torch_whose_weights_are_read_only_then(folder, tmp_path):
    checkpoint = load_prepared(folder, tmp_path, "float32")
    read = checkpoint.backends.torch.late.built

    other = checkpoint.predict(*inputs(checkpoint, CallShape(1, 8, 8)))

    plain = load_checkpoint(folder, dtype="float32")
    assert not read
    assert checkpoint.backend(rows=1, width=64, height=64) == "torch-cpu"
    assert checkpoint.backend(rows=4, width=64, height=64) == "openvino-cpu"
    assert torch.equal(other, plain.predict(*inputs(plain, CallShape(1, 8, 8))))


def test_weights_that_were_changed_in_the_meantime_are_refused(tmp_path):
    folder = make_tiny_sd(tmp_path / "tiny")
    checkpoint = load_prepared(folder, tmp_path / "prepared", "float32")
    make_tiny_sd(folder, seed=1)

    with pytest.raises(CheckpointError, match="were changed"):
        checkpoint.predict(*inputs(checkpoint, CallShape(1, 8, 8)))


def test_openvino_that_was_not_prepared_is_refused_with_the_command(folder, tmp_path):
    with pytest.raises(CheckpointError, match="inkcloud models prepare") as caught:
        load_checkpoint(folder, dtype="float32", backend="openvino", prepared=tmp_path)

    assert caught.value.field == "backend"


def test_what_was_prepared_in_another_arithmetic_or_for_another_model_is_not_used(folder, tmp_path):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    other = make_tiny_sd(tmp_path / "other", seed=1)

    for path, dtype in ((folder, "bfloat16"), (other, "float32")):
        loaded = load_checkpoint(path, dtype=dtype, prepared=tmp_path)

        assert loaded.backends.prepared == {}


def test_torch_is_taken_when_it_is_asked_for(folder, tmp_path):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])

    loaded = load_checkpoint(folder, dtype="float32", backend="torch", prepared=tmp_path)

    assert loaded.backends.prepared == {}


def test_a_prepared_file_that_is_shorter_than_it_was_counts_as_not_prepared(folder, tmp_path):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    (file,) = tmp_path.rglob("*.openvino")
    file.write_bytes(file.read_bytes()[:-1])

    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared == {}


@pytest.mark.parametrize("text", ["", "[]", '{"format": 3, "shapes": [{"shape": 3}]}', "\0"])
def test_a_damaged_manifest_counts_as_nothing_prepared(folder, tmp_path, text):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    (manifest,) = tmp_path.rglob("prepared.json")
    manifest.write_text(text)

    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared == {}


def test_what_an_earlier_inkcloud_prepared_counts_as_nothing_prepared(folder, tmp_path, caplog):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    (manifest,) = tmp_path.rglob("prepared.json")
    text = manifest.read_text()
    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared
    manifest.write_text(text.replace('"format": 3', '"format": 2'))

    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared == {}
    told = "is of another version of Inkcloud and is not used; prepare the model again"
    assert told in caplog.text
    caplog.clear()

    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])

    assert told not in caplog.text
    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared


def test_another_processor_or_version_needs_its_own_preparation(folder, tmp_path):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    (manifest,) = tmp_path.rglob("prepared.json")
    manifest.write_text(manifest.read_text().replace('"processor": "', '"processor": "another '))

    assert load_checkpoint(folder, dtype="float32", prepared=tmp_path).backends.prepared == {}


def test_a_file_that_openvino_cannot_read_is_told_as_such(folder, tmp_path):
    prepare_without_race(folder, tmp_path, "float32", SHAPES[:1])
    (file,) = tmp_path.rglob("*.openvino")
    file.write_bytes(b"\0" * file.stat().st_size)

    with pytest.raises(CheckpointError, match="Prepare the model again"):
        load_checkpoint(folder, dtype="float32", prepared=tmp_path)


def test_an_unknown_backend_is_refused(folder):
    with pytest.raises(InvalidRequest) as caught:
        load_checkpoint(folder, backend="tensorflow")

    assert caught.value.field == "backend"
    assert caught.value.allowed == "one of auto, torch, openvino"


def test_openvino_reports_nothing_to_its_makers_and_is_not_imported_without_need(tmp_path):
    code = (
        "import sys, inkcloud.checkpoints.load, inkcloud.engine.prepare as p\n"
        "assert 'openvino' not in sys.modules\n"
        "from inkcloud.checkpoints.backends.openvino_library import openvino\n"
        "openvino()\n"
        "assert sys.modules['openvino_telemetry'] is None\n"
        "import openvino.tools.ovc.telemetry_utils as used\n"
        "print(used.tm.__name__)\n"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "openvino.tools.ovc.telemetry_stub"


def test_a_folder_is_kept_for_each_model_and_arithmetic(tmp_path):
    names = {PreparedFolder(tmp_path, "a" * 64, dtype).path.name for dtype in ("x", "y")}

    assert len(names) == 2
