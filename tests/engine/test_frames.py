"""Every call of the network as a frame, on the way to the same bytes."""

import io
import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import BUILTIN, locate
from inkcloud.domain.errors import Cancelled, InvalidRequest
from inkcloud.domain.events import Failed
from inkcloud.domain.frame import Frame
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.framed_calls import framed_calls
from inkcloud.engine.looks import FRAME_SIDE
from inkcloud.engine.picture_file import read_png, write_small
from inkcloud.sampling.compile import noise_levels
from inkcloud.sampling.visited_levels import visited_levels
from support.engine_run import draw, running_engine, submit
from support.init_images import pattern_png
from support.tiny_checkpoints import make_tiny_sd

PLAIN = GenerationRequest(prompt="a cat", num_inference_steps=5, seed=10, width=64, height=64)
FRAMED = replace(PLAIN, frames=True)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = make_tiny_sd(tmp_path_factory.mktemp("models") / "sd", vae="tiny")
    return load_checkpoint(folder, dtype="float32")


@pytest.fixture(scope="module")
def engine(checkpoint):
    with running_engine(checkpoint) as running:
        yield running


def framed(engine, request, company=()):
    """Return the finished PNG file and the frames."""
    watched = submit(engine, request)
    others = [submit(engine, other) for other in company]
    [picture] = watched.finished().pictures
    for other in others:
        other.finished()
    return picture.png, [event for event in watched.events if isinstance(event, Frame)]


def pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("scheduler", SamplerName)
def test_a_frame_comes_for_every_call_and_the_picture_keeps_its_bytes(
    engine, checkpoint, scheduler
):
    request = replace(FRAMED, scheduler=scheduler)
    expected = visited_levels(scheduler, 5, checkpoint.schedule)

    png, frames = framed(engine, request)

    assert [png] == draw(engine, [replace(request, frames=False)])[0]
    assert [(frame.call, frame.calls) for frame in frames] == [(n, 5) for n in (1, 2, 3, 4, 5)]
    assert [(f.timestep, f.sigma, f.alpha_bar) for f in frames] == [
        (level.timestep, level.sigma, level.alpha_bar) for level in expected
    ]
    assert [frame.step for frame in frames] == [1, 2, 3, 4, 5]
    seconds = [frame.seconds for frame in frames]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0


def test_the_noise_level_is_the_ratio_of_noise_to_picture(checkpoint):
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    alphas = torch.cumprod(1 - betas, dim=0)

    for level in visited_levels(SamplerName.DDIM, 7, checkpoint.schedule):
        alpha = alphas[int(level.timestep)].item()
        assert level.alpha_bar == pytest.approx(alpha, rel=1e-4)
        assert level.sigma == pytest.approx(((1 - alpha) / alpha) ** 0.5, rel=1e-4)


def test_frames_are_the_same_in_company(engine):
    _, alone = framed(engine, FRAMED)
    company = [replace(FRAMED, scheduler=scheduler, seed=3) for scheduler in SamplerName]

    _, together = framed(engine, FRAMED, company)

    assert [replace(frame, seconds=0) for frame in together] == [
        replace(frame, seconds=0) for frame in alone
    ]


@pytest.mark.parametrize("scheduler", [SamplerName.DDIM, SamplerName.DPM_SOLVER_MULTISTEP])
def test_a_run_of_the_built_in_model_goes_from_noise_to_the_finished_picture(scheduler):
    request = GenerationRequest(
        prompt="an octopus", num_inference_steps=8, scheduler=scheduler, seed=42, frames=True
    )
    with running_engine(load_checkpoint(locate(BUILTIN), dtype="float32")) as engine:
        png, frames = framed(engine, request)

    final = read_png(png)[0].astype(int)
    predicted = [np.abs(pixels(frame.predicted) - final).mean() for frame in frames]
    noisy = [np.abs(pixels(frame.noisy) - final).mean() for frame in frames]
    assert pixels(frames[0].predicted).shape == final.shape == (128, 128, 3)
    assert predicted[-1] < 1.0 < predicted[0]
    assert predicted[-1] < predicted[4] < predicted[0]
    assert noisy[0] > 3 * noisy[-1]
    assert all(was > then for was, then in itertools.pairwise(noisy))


def test_a_large_picture_is_shrunk_and_a_small_one_is_not():
    wide = np.zeros((384, 512, 3), dtype=np.uint8)

    assert pixels(write_small(wide, FRAME_SIDE)).shape == (144, FRAME_SIDE, 3)
    assert pixels(write_small(wide[:8, :16], FRAME_SIDE)).shape == (8, 16, 3)


def test_a_model_with_a_large_decoder_shows_one_pixel_for_each_latent_cell(tmp_path):
    with running_engine(load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype="float32")) as engine:
        _, frames = framed(engine, FRAMED)

    assert {pixels(f.noisy).shape for f in frames} == {(8, 8, 3)}
    assert {pixels(f.predicted).shape for f in frames} == {(8, 8, 3)}


def test_steps_that_an_image_leaves_out_are_counted(engine):
    request = replace(FRAMED, num_inference_steps=10, image=pattern_png(64, 64), strength=0.4)

    for scheduler, steps in (
        (SamplerName.DDIM, [7, 8, 9, 10]),
        (SamplerName.PNDM, [7, 7, 8, 9, 10]),
    ):
        _, frames = framed(engine, replace(request, scheduler=scheduler))
        assert [frame.step for frame in frames] == steps


def test_of_many_steps_a_hundred_are_kept_evenly(engine):
    request = replace(FRAMED, num_inference_steps=240, guidance_scale=1.0)

    png, frames = framed(engine, request)

    assert len(frames) == Limits().frames == 100
    assert (frames[0].call, frames[-1].call) == (1, 240)
    gaps = {then.call - was.call for was, then in itertools.pairwise(frames)}
    assert gaps <= {2, 3}
    assert [png] == draw(engine, [replace(request, frames=False)])[0]


@pytest.mark.parametrize("calls", [1, 2, 99, 100, 101, 250, 501])
def test_the_calls_that_are_kept_are_bounded_and_have_both_ends(calls):
    kept = framed_calls(calls, 100)

    assert len(kept) == min(calls, 100)
    assert {1, calls} <= kept <= set(range(1, calls + 1))


def test_a_request_without_frames_has_none(engine):
    assert framed(engine, PLAIN)[1] == []


def test_a_cancelled_run_ends_its_frames(engine):
    request = replace(FRAMED, num_inference_steps=500)
    watched = submit(
        engine,
        request,
        lambda event: watched.generation.cancel() if isinstance(event, Frame) else None,
    )

    end = watched.wait()

    assert isinstance(end, Failed)
    assert isinstance(end.error, Cancelled)
    assert watched.kinds()[-1] == "Failed"
    assert watched.kinds().count("Frame") < 100


@pytest.mark.parametrize(
    ("changes", "field"), [({"num_images": 2}, "num_images"), ({"frames": 1}, "frames")]
)
def test_frames_are_kept_of_one_picture(changes, field):
    with pytest.raises(InvalidRequest) as caught:
        replace(FRAMED, **changes).validated(Limits())

    assert caught.value.field == field
    assert caught.value.allowed


def test_training_levels_are_those_of_the_schedule(checkpoint):
    levels = noise_levels(checkpoint.schedule)

    assert levels.at(999).sigma > 10 > levels.at(500).sigma > levels.at(0).sigma > 0
