"""The built-in service, on a tiny model and the real engine."""

import base64
import contextlib

import pytest

from inkcloud.domain.errors import CheckpointError, InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png
from inkcloud.services.text_to_image import TextToImageService
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("INKCLOUD_MODEL", str(make_tiny_sd(tmp_path / "tiny")))
    monkeypatch.setenv("INKCLOUD_DTYPE", "float32")
    service = TextToImageService()
    service.setup()
    yield service
    service.shutdown()


@pytest.mark.anyio
async def test_infer_answers_with_pictures_and_their_records(service):
    answer = await service.infer(prompt="a cat", num_inference_steps=3, seed=5, num_images=2)

    pngs = [base64.b64decode(image["png"]) for image in answer["images"]]
    records = [read_png(png)[1] for png in pngs]
    assert [record.seed for record in records] == [5, 6]
    assert answer["images"][0]["record"] == records[0].as_mapping()
    assert answer["seconds"] > 0


@pytest.mark.anyio
async def test_stream_tells_every_step_and_ends_with_the_same_bytes(service):
    inputs = {"prompt": "a cat", "num_inference_steps": 3, "seed": 5}

    events = [event async for event in service.stream(**inputs)]
    answer = await service.infer(**inputs)

    assert [event["event"] for event in events] == ["started", *["progress"] * 3, "finished"]
    assert events[-1]["images"] == answer["images"]


@pytest.mark.anyio
async def test_frames_come_in_the_stream_and_with_the_answer(service):
    inputs = {"prompt": "a cat", "num_inference_steps": 2, "seed": 5}

    events = [event async for event in service.stream(**inputs, frames=True)]
    answer = await service.infer(**inputs, frames=True)
    plain = await service.infer(**inputs)

    kinds = ["started", "progress", "frame", "progress", "frame", "finished"]
    assert [event["event"] for event in events] == kinds
    assert [frame["noisy"] for frame in answer["frames"]] == [
        events[2]["noisy"],
        events[4]["noisy"],
    ]
    assert plain["images"] == answer["images"]
    assert "frames" not in plain


def test_noise_levels_say_where_each_scheduler_asks_the_network(service):
    levels = service.noise_levels(12)

    training = levels["training"]
    assert (len(training), training[0]["timestep"], training[-1]["timestep"]) == (101, 0, 999)
    assert set(levels["schedulers"]) == set(SamplerName)
    calls = {name: len(visited) for name, visited in levels["schedulers"].items()}
    assert calls == {name: 13 if name == SamplerName.PNDM else 12 for name in SamplerName}
    for visited in levels["schedulers"].values():
        sigmas = [level["sigma"] for level in visited]
        assert sigmas == sorted(sigmas, reverse=True)


@pytest.mark.parametrize("steps", [0, 501])
def test_noise_levels_of_a_wrong_number_of_steps_are_refused(service, steps):
    with pytest.raises(InvalidRequest, match="num_inference_steps"):
        service.noise_levels(steps)


@pytest.mark.anyio
async def test_closing_the_stream_cancels_the_work(service):
    stream = service.stream(prompt="a cat", num_inference_steps=500, seed=1)
    async with contextlib.aclosing(stream):
        first = await anext(stream)
    # Were the 500 steps still running, the engine would not be idle once this one is done.
    await service.infer(prompt="a cat", num_inference_steps=1, seed=2)

    assert first == {"event": "started", "total": 500}
    assert service._engine._scheduler.idle


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"prompt": "x", "scheduler": "HEUN"}, "scheduler"),
        ({"prompt": "x", "width": 65}, "width"),
        ({"prompt": "x", "guidance": 3}, "guidance"),
        ({}, "prompt"),
    ],
)
async def test_a_request_that_is_not_allowed_names_its_field(service, inputs, field):
    with pytest.raises(InvalidRequest) as caught:
        await service.infer(**inputs)

    assert caught.value.field == field


def test_facts_say_what_a_client_should_know(service):
    facts = service.facts()

    assert facts["model"] == "tiny"
    assert facts["native_size"] == [64, 64]
    assert facts["schedulers"] == [name.value for name in SamplerName]
    assert facts["limits"]["steps"] == (1, 500)


def test_a_model_that_cannot_be_used_is_explained(monkeypatch, tmp_path):
    monkeypatch.setenv("INKCLOUD_MODEL", str(tmp_path / "nowhere"))

    with pytest.raises(CheckpointError):
        TextToImageService().setup()


def test_the_environment_may_say_what_the_model_predicts(monkeypatch, tmp_path):
    monkeypatch.setenv("INKCLOUD_MODEL", str(make_tiny_sd(tmp_path / "tiny")))
    monkeypatch.setenv("INKCLOUD_PREDICTION", "v_prediction")
    service = TextToImageService()
    service.setup()

    assert service.facts()["prediction"] == "v_prediction"
    service.shutdown()


def test_a_prediction_that_does_not_exist_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("INKCLOUD_MODEL", str(make_tiny_sd(tmp_path / "tiny")))
    monkeypatch.setenv("INKCLOUD_PREDICTION", "sample")

    with pytest.raises(InvalidRequest) as caught:
        TextToImageService().setup()

    assert caught.value.field == "prediction"


@pytest.mark.anyio
async def test_the_metrics_count_every_row_of_every_call(service):
    await service.infer(prompt="a cat", num_inference_steps=3, guidance_scale=7.5)
    await service.infer(prompt="a cat", num_inference_steps=2, guidance_scale=1.0)

    lines = service.metrics().splitlines()

    assert "inkcloud_engine_batch_rows_sum 8.0" in lines
    assert "inkcloud_engine_step_seconds_count 5.0" in lines


def test_prompt_lengths_tell_what_is_not_read(service):
    answer = service.prompt_lengths(["a cat", "cat " * 20 + "dog", ""])

    short, long, empty = answer["texts"]
    assert service.facts()["prompt_tokens"] == answer["most_tokens"] == 16
    assert short["unread"] == empty["unread"] == ""
    assert (long["tokens"] > 16, long["unread"].endswith("cat dog")) == (True, True)


@pytest.mark.parametrize("texts", [["x"] * 101, ["x" * 5000], ["\ud800"]])
def test_prompt_lengths_of_what_can_be_no_prompt_are_refused(service, texts):
    with pytest.raises(InvalidRequest) as caught:
        service.prompt_lengths(texts)

    assert caught.value.field == "texts"
