"""The same request gives the same PNG bytes, whoever shares the batch."""

import random

import pytest
import torch

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine import runner as runner_module
from inkcloud.engine.runner import Runner
from support.engine_run import draw, running_engine
from support.init_images import encoded, pattern, pattern_png
from support.prepared_models import load_prepared
from support.small_winograd import winograd_in_small_models
from support.tiny_checkpoints import make_tiny_sd

# Where the processor has no bfloat16 a picture takes three times as long in it.
FEW = 24
REQUESTS = {"float32": 64, "bfloat16": FEW}
IMAGES = (pattern_png(64, 64), encoded(pattern(80, 72, seed=1), "JPEG"))


def mixed_requests(count):
    chance = random.Random(7)
    return [
        GenerationRequest(
            prompt=chance.choice(("an octopus", "a red cat", "chess", "a photo of chess")),
            negative_prompt=chance.choice(("", "blurry")),
            num_inference_steps=chance.randint(1, 14),
            scheduler=chance.choice(list(SamplerName)),
            guidance_scale=chance.choice((1.0, 1.5, 7.5, 20.0)),
            seed=chance.randrange(2**64),
            width=chance.choice((64, 64, 64, 96)),
            height=64,
            preview_every=chance.choice((0, 0, 3)),
            image=chance.choice((None, *IMAGES)),
            strength=chance.choice((0.2, 0.5, 0.8, 1.0)),
        )
        for _ in range(count)
    ]


def drawn_together(checkpoint, requests, seed):
    order = list(range(len(requests)))
    random.Random(seed).shuffle(order)
    with running_engine(checkpoint) as engine:
        pngs = draw(engine, [requests[index] for index in order])
    return [png for _, png in sorted(zip(order, pngs, strict=True))]


def drawn_alone(checkpoint, requests):
    with running_engine(checkpoint) as engine:
        return [draw(engine, [request])[0] for request in requests]


def torch_checkpoint(tmp_path, dtype):
    return load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype=dtype)


def openvino_checkpoint(tmp_path, dtype):
    """OpenVINO computes pictures of 64x64; torch computes the others, in the same company."""
    folder = make_tiny_sd(tmp_path / "sd")
    return load_prepared(folder, tmp_path / "prepared", dtype, [CallShape(4, 8, 8)])


def winograd_checkpoint(tmp_path, dtype):
    with winograd_in_small_models():
        return openvino_checkpoint(tmp_path, dtype)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("load", [torch_checkpoint, openvino_checkpoint, winograd_checkpoint])
def test_mixed_requests_give_the_bytes_that_they_give_alone(tmp_path, dtype, load):
    checkpoint = load(tmp_path, dtype)
    requests = mixed_requests(REQUESTS[dtype])

    alone = drawn_alone(checkpoint, requests)
    together = drawn_together(checkpoint, requests, seed=1)

    assert len({png for pngs in alone for png in pngs}) == len(requests)
    assert together == alone


@pytest.mark.slow
@pytest.mark.parametrize("load", [torch_checkpoint, openvino_checkpoint])
def test_the_comparison_notices_slots_that_are_not_isolated(tmp_path, monkeypatch, load):
    """The negative control: every row hears a thousandth of the row before it."""
    checkpoint = load(tmp_path, "float32")
    requests = mixed_requests(FEW)
    alone = drawn_alone(checkpoint, requests)
    predict = Runner._predict

    def leaky(self, samples):
        outputs = predict(self, samples)
        return outputs + 1e-3 * torch.roll(outputs, 1, dims=0)

    monkeypatch.setattr(runner_module.Runner, "_predict", leaky)

    assert drawn_together(checkpoint, requests, seed=1) != alone


def test_several_images_of_a_request_equal_single_requests_with_the_seeds_after_it(tmp_path):
    checkpoint = load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype="float32")
    together = GenerationRequest(
        prompt="a cat", num_inference_steps=3, seed=10, num_images=3, width=64, height=64
    )
    single = [
        GenerationRequest(prompt="a cat", num_inference_steps=3, seed=seed, width=64, height=64)
        for seed in (10, 11, 12)
    ]

    with running_engine(checkpoint) as engine:
        (three,) = draw(engine, [together])
        ones = draw(engine, single)

    assert three == [pngs[0] for pngs in ones]
    assert len(set(three)) == 3


def test_a_bert_model_with_a_tiny_decoder_draws_the_same_bytes_twice(tmp_path):
    folder = make_tiny_sd(tmp_path / "sd", text="bert", vae="tiny", prediction="v_prediction")
    request = GenerationRequest(prompt="a cat", num_inference_steps=4, seed=3)

    first, second = [
        drawn_alone(load_checkpoint(folder, dtype="bfloat16"), [request]) for _ in range(2)
    ]

    assert first == second
