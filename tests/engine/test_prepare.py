"""Preparing a model: every backend is compared with float32, and the fastest is remembered."""

import math

import numpy as np
import pytest
import torch

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.measurement import Measurement
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine import prepare
from inkcloud.engine.agreement import call_error, disagreement, psnr
from inkcloud.engine.picture_file import read_png
from inkcloud.engine.prepare import Wanted, keep_winner, prepare_model
from support.engine_run import draw, running_engine
from support.tiny_checkpoints import make_tiny_sd

TORCH = Measurement("torch-cpu", 0.2, 0.1, 0.3, 0.0, None)
QUICK = Measurement("openvino-cpu", 0.1, 0.1, 0.1, 1e-6, 80.0)
WRONG = Measurement("openvino-cpu", 0.1, 0.1, 0.1, 7e-3, 80.0, refused="its calls are off")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepare")
    path, root = make_tiny_sd(folder / "tiny"), folder / "prepared"
    stages = []
    outcome = prepare_model(Wanted(path, root, dtype="bfloat16"), stages.append)
    return path, root, outcome, stages


def test_both_backends_are_measured_and_agree(prepared):
    _, _, outcome, _ = prepared

    assert [each.backend for each in outcome.measurements] == ["torch-cpu", "openvino-cpu"]
    assert outcome.shape == CallShape(4, 8, 8)
    for each in outcome.measurements:
        assert each.refused == ""
        assert 0 < each.fastest <= each.seconds <= each.slowest
        assert 0 < each.error < 0.1


def test_the_winner_is_the_quickest_and_draws_from_then_on(prepared):
    path, root, outcome, _ = prepared
    request = GenerationRequest(prompt="a cat", num_inference_steps=2, seed=1)

    checkpoint = load_checkpoint(path, dtype="bfloat16", prepared=root)
    with running_engine(checkpoint) as engine:
        ((png,),) = draw(engine, [request])

    record = read_png(png)[1]
    assert outcome.winner == min(outcome.measurements, key=lambda each: each.seconds).backend
    assert record.backend == outcome.winner
    assert ("openvino" in record.versions) == (outcome.winner == "openvino-cpu")


def test_progress_is_told_up_to_the_end_of_each_stage(prepared):
    _, _, outcome, stages = prepared

    texts = list(dict.fromkeys(stage.text for stage in stages))
    assert texts[:7] == [
        "Loading the model in float32",
        "Drawing the sample in float32",
        "Loading the model",
        "Compiling with OpenVINO",
        "Drawing the sample with torch-cpu",
        "Drawing the sample with openvino-cpu",
        "Racing",
    ]
    only_for_openvino = ["Compiling for a lone picture"]
    assert texts[7:] == (only_for_openvino if outcome.winner == "openvino-cpu" else [])
    assert max(stage.done for stage in stages if "float32" in stage.text) == 5


def test_an_interrupt_leaves_what_was_prepared_before(prepared):
    path, root, _, _ = prepared
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}

    def interrupt(stage):
        if stage.text == "Racing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_model(Wanted(path, root, dtype="bfloat16"), interrupt)

    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(("changes", "field"), [({"rows": 2}, "rows"), ({"width": 60}, "width")])
def test_a_shape_that_no_request_has_is_refused(prepared, changes, field):
    path, root, _, _ = prepared

    with pytest.raises(InvalidRequest) as caught:
        prepare_model(Wanted(path, root, dtype="float32", **changes))

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("measured", "winner", "kept"),
    [((TORCH, QUICK), "openvino-cpu", True), ((TORCH, WRONG), "torch-cpu", False)],
)
def test_a_backend_that_disagrees_never_wins(tmp_path, measured, winner, kept):
    folder, shape = PreparedFolder(tmp_path, "f" * 64, "float32"), CallShape(4, 8, 8)
    folder.path.mkdir()
    file = folder.path / folder.file(shape)
    written = file.with_name(f".{file.name}")
    written.write_bytes(b"compiled")

    keep_winner(folder, shape, 1, measured, written)

    found = folder.shapes(Machine.this())[shape]
    assert found.winner == winner
    assert found.measurements == measured
    assert file.exists() == kept


@pytest.mark.parametrize(
    ("refusals", "compiled"), [(0, [True]), (1, [True, False]), (2, [True, False])]
)
def test_a_model_too_sensitive_for_fewer_multiplications_is_compiled_without(
    prepared, tmp_path, monkeypatch, refusals, compiled
):
    tried, answers = [], ["its calls are off"] * refusals
    compile_for_real = prepare.compile_unet

    def compile_and_note(*arguments):
        *_, file, winograd = arguments
        # What an earlier one wrote may still be mapped: it must not be written over.
        assert not file.exists()
        tried.append(winograd)
        compile_for_real(*arguments)

    monkeypatch.setattr(prepare, "compile_unet", compile_and_note)
    monkeypatch.setattr(prepare, "disagreement", lambda *_: answers.pop() if answers else "")
    monkeypatch.setattr(prepare, "prepare_half", lambda *_, **__: None)

    outcome = prepare_model(Wanted(prepared[0], tmp_path, dtype="float32"))

    assert tried == compiled
    assert bool(outcome.measurements[1].refused) == (refusals == 2)


def test_a_later_outcome_takes_the_place_of_an_earlier_one(tmp_path):
    folder, shape = PreparedFolder(tmp_path, "f" * 64, "float32"), CallShape(4, 8, 8)
    folder.path.mkdir()
    written = folder.path / ".written"
    for measured in ((TORCH, QUICK), (TORCH, WRONG)):
        written.write_bytes(b"compiled")
        keep_winner(folder, shape, 1, measured, written)

    assert [each.winner for each in folder.shapes(Machine.this()).values()] == ["torch-cpu"]
    assert not (folder.path / folder.file(shape)).exists()


@pytest.mark.parametrize(
    ("dtype", "error", "likeness", "torch_error", "torch_likeness", "allowed"),
    [
        (torch.float32, 8e-7, 87.0, 0.0, None, True),
        (torch.float32, 7e-3, 60.0, 0.0, None, False),
        (torch.float32, math.nan, None, 0.0, None, False),
        (torch.bfloat16, 0.0055, 35.0, 0.0048, 38.6, True),
        (torch.bfloat16, 0.052, 38.0, 0.014, 38.6, False),
        (torch.bfloat16, 0.0055, 29.0, 0.0048, 38.6, False),
        (torch.bfloat16, 0.08, 20.0, 0.07, 22.0, True),
        (torch.bfloat16, 0.08, 18.0, 0.07, 22.0, False),
        (torch.bfloat16, 0.4, 20.0, 0.3, 20.0, False),
        (torch.bfloat16, math.inf, 20.0, 0.3, 20.0, False),
    ],
)
def test_what_counts_as_agreement(dtype, error, likeness, torch_error, torch_likeness, allowed):
    why = disagreement(dtype, error, likeness, torch_error, torch_likeness)

    assert (why == "") == allowed


def test_errors_and_likeness_are_measured_as_they_are_defined():
    ones = torch.ones(4)
    grey = np.full((8, 8, 3), 100, np.uint8)

    assert call_error(1.5 * ones, ones) == 0.5
    assert call_error(ones * torch.nan, ones) == math.inf
    assert psnr(grey, grey) is None
    assert psnr(grey + np.uint8(8), grey) == pytest.approx(30.07, abs=0.01)
