"""A model whose weights are no numbers fails each request with words, and the engine lives on."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.events import Failed
from inkcloud.domain.generation_request import GenerationRequest
from support.engine_run import running_engine, submit
from support.tiny_checkpoints import make_tiny_sd

FILES = (
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
)
ONE = GenerationRequest(prompt="a cat", num_inference_steps=2, width=64, height=64, seed=1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("file", FILES)
def test_weights_that_are_no_numbers_are_told_of(tmp_path, file, value):
    folder = make_tiny_sd(tmp_path / "model")
    held = load_file(folder / file)
    save_file({name: torch.full_like(w, value) for name, w in held.items()}, folder / file)
    checkpoint = load_checkpoint(folder, dtype="float32")

    with running_engine(checkpoint) as engine:
        ends = [submit(engine, ONE).wait() for _ in range(2)]

    assert [type(end) for end in ends] == [Failed, Failed]
    assert all(isinstance(end.error, CheckpointError) for end in ends)
    assert all("not numbers" in end.error.message for end in ends)
