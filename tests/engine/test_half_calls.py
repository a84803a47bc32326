"""Calls of half the rows: a lone picture's, if not one bit of it changes."""

import pytest
import torch

from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.openvino_backend import OpenVinoBackend
from inkcloud.checkpoints.backends.openvino_compile import compile_unet
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.opened_model import open_model
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine import half_calls
from inkcloud.engine.half_calls import prepare_half, same_bits
from inkcloud.engine.trial import Trial
from support.engine_run import draw, running_engine
from support.prepared_models import prepare_without_race
from support.tiny_checkpoints import make_tiny_sd

WHOLE, HALF = CallShape(4, 8, 8), CallShape(2, 8, 8)


class Model:
    """A small model whose whole calls OpenVINO computes in float32."""

    def __init__(self, folder):
        self.path, self.root = make_tiny_sd(folder / "tiny"), folder / "prepared"
        prepare_without_race(self.path, self.root, "float32", [WHOLE])

    @property
    def checkpoint(self):
        return load_checkpoint(self.path, dtype="float32", backend="openvino", prepared=self.root)

    @property
    def folder(self):
        return PreparedFolder(self.root, open_model(self.path).fingerprint(), "float32")

    def prepare_half(self):
        checkpoint, unet = self.checkpoint, open_model(self.path).unet
        facts = checkpoint.unet_facts
        trial = Trial.of(checkpoint, WHOLE, guided=True)

        def compile_to(shape, file):
            tokens = trial.text.shape[1]
            compile_unet(lambda: unet.build(torch.float32), facts, shape, tokens, 1, file)

        whole = self.folder.shapes(Machine.this())[WHOLE]
        return prepare_half(self.folder, whole, trial, facts, torch.float32, compile_to)


@pytest.fixture
def model(tmp_path):
    return Model(tmp_path)


@pytest.fixture
def calls(monkeypatch):
    """The rows of each call that OpenVINO computes."""
    seen = []
    predict = OpenVinoBackend.predict

    def noted(self, latents, timesteps, text):
        seen.append(len(latents))
        return predict(self, latents, timesteps, text)

    monkeypatch.setattr(OpenVinoBackend, "predict", noted)
    return seen


@pytest.fixture
def always_faster(monkeypatch):
    """Of so small a model the noise of the machine decides."""
    monkeypatch.setattr(half_calls, "race", lambda calls: {"whole": [2.0], "half": [1.0]})


def requests():
    return [
        GenerationRequest(prompt=prompt, seed=seed, num_inference_steps=3, guidance_scale=scale)
        for prompt, seed, scale in (("a cat", 1, 7.5), ("a dog", 2, 4.0), ("a red cat", 3, 1.0))
    ]


@pytest.mark.usefixtures("always_faster")
def test_a_lone_picture_takes_half_a_call_and_has_the_same_bytes(model, calls):
    with running_engine(model.checkpoint) as engine:
        before = draw(engine, requests())
    if model.prepare_half() is None:
        pytest.skip("This processor computes a row otherwise in a smaller call.")

    with running_engine(model.checkpoint) as engine:
        calls.clear()
        alone = [draw(engine, [request])[0] for request in requests()]
        assert set(calls) == {2}
        calls.clear()
        together = draw(engine, requests())

    assert 4 in calls
    assert alone == together == before


@pytest.mark.usefixtures("always_faster")
def test_where_a_single_bit_differs_nothing_is_kept(model, monkeypatch):
    before = sorted(path.name for path in model.folder.path.iterdir())
    predict = OpenVinoBackend.predict

    def off_by_a_bit(self, latents, timesteps, text):
        output = predict(self, latents, timesteps, text)
        if len(latents) == HALF.rows:
            output[-1, -1, -1, -1] = torch.nextafter(output[-1, -1, -1, -1], torch.tensor(9.0))
        return output

    monkeypatch.setattr(OpenVinoBackend, "predict", off_by_a_bit)

    assert model.prepare_half() is None
    assert sorted(path.name for path in model.folder.path.iterdir()) == before
    assert set(model.checkpoint.backends.prepared) == {WHOLE}


def test_what_is_no_faster_is_not_kept_and_an_earlier_one_is_forgotten(model, monkeypatch):
    prepare_without_race(model.path, model.root, "float32", [HALF])
    monkeypatch.setattr(half_calls, "race", lambda calls: {"whole": [1.0], "half": [1.0]})

    assert model.prepare_half() is None

    assert set(model.folder.shapes(Machine.this())) == {WHOLE}
    assert not (model.folder.path / model.folder.file(HALF)).exists()


def test_the_comparison_sees_a_row_that_depends_on_its_company(model):
    checkpoint = model.checkpoint
    trial = Trial.of(checkpoint, WHOLE, guided=True)
    whole = checkpoint.backends.prepared[WHOLE]

    class Filled:
        """Computes half a call as a whole one; its rows hear a little of one another."""

        def __init__(self, share):
            self.share = share

        def predict(self, *given):
            doubled = [torch.cat([each, each]) for each in given]
            output = whole.predict(*doubled)[: len(given[0])]
            return output + self.share * output.flip(0)

    assert same_bits(whole, Filled(0.0), trial)
    assert not same_bits(whole, Filled(1e-6), trial)


@pytest.mark.parametrize(
    ("prepared", "rows", "filled"),
    [
        ((WHOLE, HALF), 1, 2),
        ((WHOLE, HALF), 2, 2),
        ((WHOLE, HALF), 3, 4),
        ((WHOLE, HALF), 4, 4),
        ((WHOLE,), 2, 4),
        ((HALF,), 2, 4),  # torch computes whole calls: its bits are others
        ((WHOLE, CallShape(2, 8, 16)), 2, 4),
        ((), 1, 4),
    ],
)
def test_to_how_many_rows_a_call_is_filled_up(prepared, rows, filled):
    backends = Backends(torch=None, prepared=dict.fromkeys(prepared))

    assert backends.rows_of_call(rows, WHOLE) == filled
