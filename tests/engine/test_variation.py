"""A variation seed turns the starting noise, and nothing else."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png
from inkcloud.engine.runner import starting_noise
from inkcloud.sampling.noise import RequestNoise
from support.engine_run import draw, running_engine
from support.init_images import pattern_png
from support.tiny_checkpoints import make_tiny_sd

SHAPE = (4, 8, 8)
PLAIN = GenerationRequest(
    prompt="a cat",
    num_inference_steps=4,
    scheduler=SamplerName.DDIM,
    seed=10,
    width=64,
    height=64,
)
VARIED = replace(PLAIN, variation_seed=99, variation_strength=0.3)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = make_tiny_sd(tmp_path_factory.mktemp("models") / "sd")
    with running_engine(load_checkpoint(folder, dtype="float32")) as running:
        yield running


def one(engine, request):
    return draw(engine, [request])[0][0]


def pixels(png):
    return read_png(png)[0]


@pytest.mark.parametrize("scheduler", SamplerName)
def test_strength_0_is_no_variation_byte_for_byte(engine, scheduler):
    plain = replace(PLAIN, scheduler=scheduler)

    assert one(engine, replace(plain, variation_seed=99)) == one(engine, plain)


@pytest.mark.parametrize(
    "scheduler", [each for each in SamplerName if each is not SamplerName.K_EULER_ANCESTRAL]
)
def test_strength_1_is_the_other_seeds_picture_where_no_step_draws_noise(engine, scheduler):
    plain = replace(PLAIN, scheduler=scheduler)
    wholly = one(engine, replace(plain, variation_seed=99, variation_strength=1.0))
    other = one(engine, replace(plain, seed=99))

    assert (pixels(wholly) == pixels(other)).all()
    assert (pixels(wholly) != pixels(one(engine, plain))).any()


@pytest.mark.parametrize("after_image", [False, True])
def test_strength_1_is_the_noise_that_the_other_seed_would_start_from(after_image):
    def begun(seed):
        noise = RequestNoise(seed)
        if after_image:
            noise.image(SHAPE)
        return noise

    wholly = replace(VARIED, variation_strength=1.0)

    start = starting_noise(wholly, begun(10), SHAPE, after_image=after_image)

    assert torch.equal(start, begun(99).initial(SHAPE))


def test_a_varied_picture_can_begin_as_an_image(engine):
    plain = replace(PLAIN, image=pattern_png(64, 64), strength=0.6)

    assert one(engine, replace(plain, variation_seed=99)) == one(engine, plain)
    varied = one(engine, replace(plain, variation_seed=99, variation_strength=0.5))
    assert (pixels(varied) != pixels(one(engine, plain))).any()


def test_steps_that_draw_noise_draw_it_from_the_pictures_own_seed(engine):
    plain = replace(PLAIN, scheduler=SamplerName.K_EULER_ANCESTRAL)
    wholly = one(engine, replace(plain, variation_seed=99, variation_strength=1.0))

    assert (pixels(wholly) != pixels(one(engine, replace(plain, seed=99)))).any()
    assert (pixels(wholly) != pixels(one(engine, plain))).any()


def test_a_varied_picture_is_the_same_alone_and_in_company(engine):
    alone = one(engine, VARIED)
    company = [replace(VARIED, scheduler=scheduler, seed=3) for scheduler in SamplerName]

    assert [alone] in draw(engine, [*company, PLAIN, VARIED])


def test_several_pictures_have_the_seeds_after_it_and_the_same_variation_seed(engine):
    [together] = draw(engine, [replace(VARIED, num_images=3)])
    single = [one(engine, replace(VARIED, seed=seed)) for seed in (10, 11, 12)]

    assert together == single
    assert len(set(together)) == 3


def test_a_little_variation_changes_a_picture_less_than_much(engine):
    plain = pixels(one(engine, PLAIN)).astype(int)
    changes = [
        np.abs(pixels(one(engine, replace(VARIED, variation_strength=share))) - plain).mean()
        for share in (0.05, 0.3, 1.0)
    ]

    assert 0 < changes[0] < changes[1] < changes[2]


def test_the_record_and_the_infotext_tell_of_a_variation_only_where_there_is_one(engine):
    for request, told in ((VARIED, True), (replace(PLAIN, variation_seed=99), False)):
        png = one(engine, request)
        record = read_png(png)[1]
        with Image.open(io.BytesIO(png)) as image:
            infotext = image.info["parameters"]

        assert ("variation_seed" in record.as_mapping()) is told
        assert ("Variation seed: 99, Variation seed strength: 0.3" in infotext) is told
        assert one(engine, record.request()) == png
