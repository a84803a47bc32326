"""Models of Stable Diffusion's full shape, from a folder and from one file, against diffusers.

All four blocks with their layers and heads, but narrow, so that every sampler can be compared.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.fit_request import fit_request
from inkcloud.engine.picture_file import read_png
from support.diffusers_oracle import make_scheduler
from support.engine_run import running_engine, submit
from support.img2img_oracle import Pipeline, img2img_picture
from support.init_images import pattern, pattern_png
from support.narrow_checkpoints import KINDS, make_narrow_sd
from support.original_layout import write_single_file
from support.stock_pipeline import stock_picture

MODELS = [(kind, layout) for kind in KINDS for layout in ("folder", "file")]


@dataclass(frozen=True)
class Pair:
    """A model as we load it and as diffusers does."""

    ours: Checkpoint
    stock: Any


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: f"{model[0]} {model[1]}")
def pair(request, tmp_path_factory):
    kind, layout = request.param
    version, prediction = KINDS[kind]
    root = tmp_path_factory.mktemp("narrow")
    folder = make_narrow_sd(root / "folder", version=version, prediction=prediction)
    logging.disable(logging.WARNING)
    if layout == "folder":
        ours = load_checkpoint(folder, dtype="float32")
        stock = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    else:
        file = write_single_file(folder, root / "model.safetensors")
        told = Prediction(prediction) if version == 2 else None
        ours = load_checkpoint(file, dtype="float32", prediction=told)
        stock = StableDiffusionPipeline.from_single_file(
            str(file), config=str(folder), local_files_only=True, safety_checker=None
        )
    logging.disable(logging.NOTSET)
    stock.set_progress_bar_config(disable=True)
    return Pair(ours, stock)


def drawn(checkpoint, *requests):
    with running_engine(checkpoint) as engine:
        watched = [submit(engine, one) for one in requests]
        return [read_png(one.finished().pictures[0].png)[0].astype(int) for one in watched]


def request(sampler, **changes):
    values = {
        "prompt": "a photo of an octopus playing chess",
        "negative_prompt": "blurry cat",
        "num_inference_steps": 5,
        "scheduler": sampler,
        "guidance_scale": 5.0,
        "seed": 42,
        "width": 64,
        "height": 96,
    }
    return GenerationRequest(**(values | changes))


def test_every_sampler_draws_diffusers_picture(pair):
    requests = [request(sampler) for sampler in SamplerName]

    ours = drawn(pair.ours, *requests)

    theirs = [stock_picture(pair.stock, pair.ours.schedule, one) for one in requests]
    worst = [np.abs(mine - other).max() for mine, other in zip(ours, theirs, strict=True)]
    assert len(requests) == 6
    assert min(other.std() for other in theirs) > 5, "a flat picture would prove nothing"
    assert max(worst) <= 1, dict(zip(SamplerName, worst, strict=True))
    # The comparison would see another picture.
    assert np.abs(ours[0] - theirs[1]).max() > 1


def test_every_sampler_draws_diffusers_picture_from_an_image(pair):
    requests = [
        request(sampler, image=pattern_png(64, 96), strength=0.7, num_inference_steps=7)
        for sampler in SamplerName
    ]
    accepted = {"scheduler": make_scheduler(SamplerName.PNDM, pair.ours.schedule)}
    pipeline = Pipeline(**(pair.stock.components | accepted), requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)

    ours = drawn(pair.ours, *requests)

    theirs = [
        img2img_picture(pipeline, pair.ours.schedule, one, pattern(64, 96)) for one in requests
    ]
    worst = [np.abs(mine - other).max() for mine, other in zip(ours, theirs, strict=True)]
    assert min(other.std() for other in theirs) > 5, "a flat picture would prove nothing"
    assert max(worst) <= 1, dict(zip(SamplerName, worst, strict=True))
    assert np.abs(ours[0] - theirs[1]).max() > 1


def test_the_native_size_is_the_default_and_other_sizes_are_allowed_within_limits(pair):
    native = 768 if pair.stock.unet.config.sample_size == 96 else 512
    open_request = request(SamplerName.DDIM, width=None, height=None)

    fitted = fit_request(open_request, pair.ours, Limits())
    other = fit_request(request(SamplerName.DDIM, width=1024, height=712), pair.ours, Limits())

    assert (fitted.width, fitted.height) == (native, native)
    assert (other.width, other.height) == (1024, 712)


@pytest.mark.parametrize(
    ("width", "height", "field", "allowed"),
    [
        (516, 512, "width", "a multiple of 8"),
        (512, 700, "height", "a multiple of 8"),
        (56, 512, "width", "64"),
        (512, 2056, "height", "2048"),
        (1536, 1536, "width", "1048576"),
    ],
)
def test_a_size_beyond_the_limits_says_what_is_allowed(pair, width, height, field, allowed):
    wanted = request(SamplerName.DDIM, width=width, height=height)

    with pytest.raises(InvalidRequest) as caught:
        fit_request(wanted, pair.ours, Limits())

    assert field in caught.value.field
    assert allowed in caught.value.allowed
