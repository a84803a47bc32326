"""A picture that begins as an image equals the stock image-to-image pipeline's."""

import hashlib
import itertools

import numpy as np
import pytest

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.events import Failed, Progress, Started
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png
from support.diffusers_oracle import make_scheduler
from support.engine_run import running_engine, submit
from support.img2img_oracle import img2img_picture
from support.init_images import encoded, pattern, pattern_png
from support.tiny_checkpoints import make_tiny_sd

STEPS_AND_STRENGTHS = ((20, 0.8), (20, 0.5), (20, 0.1), (10, 0.29), (50, 0.06), (5, 1.0), (12, 0.3))
IN_ONE_PIECE = tuple(s for s in SamplerName if s not in {SamplerName.KLMS, SamplerName.PNDM})


def request(**changes):
    values = {
        "prompt": "a photo of an octopus",
        "negative_prompt": "blurry cat",
        "num_inference_steps": 10,
        "scheduler": SamplerName.K_EULER,
        "seed": 7,
        "width": 64,
        "height": 64,
        "image": pattern_png(64, 64),
        "strength": 0.6,
    }
    return GenerationRequest(**(values | changes))


def cases():
    sizes = itertools.cycle(((64, 64), (64, 96), (128, 64)))
    guidances = itertools.cycle((7.5, 1.0, 4.0))
    seeds = itertools.cycle((0, 42, 2**64 - 1))
    for sampler, (steps, strength) in itertools.product(SamplerName, STEPS_AND_STRENGTHS):
        width, height = next(sizes)
        yield request(
            scheduler=sampler,
            num_inference_steps=steps,
            strength=strength,
            guidance_scale=next(guidances),
            seed=next(seeds),
            width=width,
            height=height,
            image=pattern_png(width, height, seed=steps),
        )


def differences(folder, requests, **changes):
    checkpoint = load_checkpoint(folder, dtype="float32")
    with running_engine(checkpoint) as engine:
        drawn = [submit(engine, one) for one in requests]
        for one, watched in zip(requests, drawn, strict=True):
            ours, _ = read_png(watched.finished().pictures[0].png)
            image = pattern(one.width, one.height, seed=one.num_inference_steps)
            theirs = img2img_picture(folder, checkpoint.schedule, one, image, **changes)
            assert theirs.std() > 5, "the oracle's picture is flat: the test would prove nothing"
            yield one, int(np.abs(ours.astype(int) - theirs).max())


def wrong(folder, requests):
    return [
        (one.scheduler.value, one.num_inference_steps, one.strength, worst)
        for one, worst in differences(folder, requests)
        if worst > 1
    ]


@pytest.mark.slow
@pytest.mark.parametrize("vae", ["kl", "tiny"])
@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_every_sampler_draws_the_stock_pipelines_picture(tmp_path, prediction, vae):
    folder = make_tiny_sd(tmp_path / "sd", prediction=prediction, vae=vae)
    requests = list(cases())

    assert len(requests) == 42
    assert wrong(folder, requests) == []


@pytest.mark.slow
@pytest.mark.parametrize("sampler", SamplerName)
def test_the_stock_pipeline_draws_the_built_in_models_picture(sampler):
    one = request(
        scheduler=sampler,
        num_inference_steps=20,
        width=128,
        height=128,
        image=pattern_png(128, 128, seed=20),
    )

    assert wrong(locate(BUILTIN), [one]) == []


@pytest.mark.parametrize("sampler", [SamplerName.KLMS, SamplerName.PNDM])
def test_diffusers_own_scheduler_gives_another_picture_where_decision_4_says_so(tmp_path, sampler):
    folder = make_tiny_sd(tmp_path / "sd")
    schedule = load_checkpoint(folder, dtype="float32").schedule
    one = request(
        scheduler=sampler, strength=0.3, num_inference_steps=20, image=pattern_png(64, 64, seed=20)
    )

    stock = make_scheduler(sampler, schedule)
    ((_, worst),) = differences(folder, [one], scheduler=stock)

    assert worst > 1


@pytest.mark.parametrize("change", [{"seed": 8}, {"strength": 0.7}])
def test_the_comparison_notices_another_request(tmp_path, change):
    folder = make_tiny_sd(tmp_path / "sd")
    checkpoint = load_checkpoint(folder, dtype="float32")

    with running_engine(checkpoint) as engine:
        ours, _ = read_png(submit(engine, request()).finished().pictures[0].png)
    other = img2img_picture(folder, checkpoint.schedule, request(**change), pattern(64, 64))

    assert np.abs(ours.astype(int) - other).max() > 1


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return load_checkpoint(make_tiny_sd(tmp_path_factory.mktemp("sd") / "sd"), dtype="float32")


def drawn(checkpoint, *requests):
    with running_engine(checkpoint) as engine:
        return [submit(engine, one).finished().pictures for one in requests]


def test_only_the_steps_that_strength_leaves_are_made_and_counted(checkpoint):
    with running_engine(checkpoint) as engine:
        watched = submit(engine, request(num_inference_steps=10, strength=0.35))
        watched.finished()

    started = next(event for event in watched.events if isinstance(event, Started))
    done = [event.done for event in watched.events if isinstance(event, Progress)]
    assert started.total == 3
    assert done == [1, 2, 3]


@pytest.mark.parametrize("sampler", SamplerName)
def test_the_smallest_strength_makes_one_step_and_stays_near_the_image(checkpoint, sampler):
    one = request(scheduler=sampler, strength=1e-6, num_inference_steps=20)

    with running_engine(checkpoint) as engine:
        watched = submit(engine, one)
        watched.finished()

    assert [event.done for event in watched.events if isinstance(event, Progress)] == [1]


def test_strength_without_an_image_changes_no_byte(checkpoint):
    pictures = drawn(checkpoint, request(image=None), request(image=None, strength=0.2))

    assert pictures[0] == pictures[1]
    assert "strength" not in pictures[0][0].record.as_mapping()


def test_the_record_names_the_image_by_its_hash_and_the_infotext_the_strength(checkpoint):
    one = request()
    ((picture,),) = drawn(checkpoint, one)

    _, record = read_png(picture.png)
    assert record.strength == 0.6
    assert record.image_sha256 == hashlib.sha256(one.image).hexdigest()
    assert b"Denoising strength: 0.6, Version" in picture.png
    assert record.request(one.image) == one


@pytest.mark.parametrize("image", [None, pattern_png(64, 64, seed=1)])
def test_a_record_wants_the_same_image_again(checkpoint, image):
    ((picture,),) = drawn(checkpoint, request())

    with pytest.raises(InvalidRequest) as caught:
        picture.record.request(image)

    assert caught.value.field == "image"
    assert picture.record.image_sha256 in caught.value.allowed


def test_several_pictures_of_a_request_equal_single_ones_with_the_seeds_after_it(checkpoint):
    three, *singles = drawn(
        checkpoint, request(num_images=3), *(request(seed=seed) for seed in (7, 8, 9))
    )

    assert [picture.png for picture in three] == [single[0].png for single in singles]


@pytest.mark.parametrize(
    ("shape", "wanted", "size"),
    [
        ((64, 64), (None, None), (64, 64)),
        ((64, 96), (None, None), (64, 96)),  # its own size: near the native number of pixels
        ((640, 640), (None, None), (64, 64)),
        ((1280, 640), (None, None), (88, 64)),  # 91 x 45, but no side below the limit
        ((63, 65), (None, None), (64, 64)),
        ((1280, 640), (128, None), (128, 64)),
        ((1280, 640), (None, 80), (160, 80)),
        ((1280, 640), (72, 80), (72, 80)),
    ],
)
def test_the_size_follows_the_image_unless_it_is_given(checkpoint, shape, wanted, size):
    width, height = wanted
    one = request(image=pattern_png(*shape), width=width, height=height, strength=0.1)
    ((picture,),) = drawn(checkpoint, one)

    assert (picture.record.width, picture.record.height) == size
    assert read_png(picture.png)[0].shape == (size[1], size[0], 3)


def test_a_damaged_image_fails_its_own_request_only(checkpoint):
    whole = encoded(pattern(64, 64), "JPEG")
    with running_engine(checkpoint) as engine:
        broken = submit(engine, request(image=whole[: len(whole) // 2]))
        kept = submit(engine, request())
        end = broken.wait()
        kept.finished()

    assert isinstance(end, Failed)
    assert isinstance(end.error, InvalidRequest)
    assert end.error.field == "image"
