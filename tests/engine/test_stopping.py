"""Cancelled and late requests leave the engine within one step; seen by events, not by time."""

import threading

import pytest

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import (
    Cancelled,
    CheckpointError,
    DeadlineExceeded,
    InvalidRequest,
    Overloaded,
    Unavailable,
)
from inkcloud.domain.events import Failed, Preview, Progress
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.engine.settings import EngineSettings
from support.engine_run import running_engine, submit
from support.tiny_checkpoints import make_tiny_sd


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return load_checkpoint(make_tiny_sd(tmp_path_factory.mktemp("sd") / "sd"), dtype="float32")


def request(**changes):
    values = {"prompt": "a cat", "num_inference_steps": 8, "seed": 1} | changes
    return GenerationRequest(**values)


def steps_of(watched):
    return [event.done for event in watched.events if isinstance(event, Progress)]


def test_events_come_in_order(checkpoint):
    with running_engine(checkpoint) as engine:
        watched = submit(engine, request(num_inference_steps=4, preview_every=2))
        watched.finished()

    assert watched.kinds() == [
        "Started",
        "Progress",
        "Progress",
        "Preview",
        "Progress",
        "Progress",
        "Finished",
    ]
    assert [event.done for event in watched.events if isinstance(event, Preview)] == [2]
    assert watched.events[-2].seconds_left == 0


def test_a_cancelled_generation_makes_no_further_step(checkpoint):
    holder = {}

    def cancel_at_the_third(event):
        if isinstance(event, Progress) and event.done == 3:
            holder["watched"].generation.cancel()

    with running_engine(checkpoint) as engine:
        gate = threading.Event()

        # The engine's thread waits at the first event until the handle is in the holder.
        def on_event(event):
            gate.wait(10)
            cancel_at_the_third(event)

        holder["watched"] = submit(engine, request(num_inference_steps=500), on_event)
        gate.set()
        end = holder["watched"].wait()

    assert isinstance(end, Failed)
    assert isinstance(end.error, Cancelled)
    assert steps_of(holder["watched"]) == [1, 2, 3]


def test_a_generation_that_waits_can_be_cancelled_before_it_starts(checkpoint):
    settings = EngineSettings(running_pictures=1)
    with running_engine(checkpoint, settings=settings) as engine:
        first = submit(engine, request(num_inference_steps=30))
        second = submit(engine, request(num_inference_steps=30))
        second.generation.cancel()
        end = second.wait()
        first.finished()

    assert isinstance(end.error, Cancelled)
    assert steps_of(second) == []


def test_a_cancelled_neighbour_changes_no_byte_of_the_others(checkpoint):
    with running_engine(checkpoint) as engine:
        (alone,) = submit(engine, request()).finished().pictures
        kept = submit(engine, request())
        cancelled = submit(engine, request(num_inference_steps=400, seed=2))
        cancelled.generation.cancel()
        (shared,) = kept.finished().pictures
        cancelled.wait()

    assert shared.png == alone.png


def test_a_generation_past_its_deadline_makes_no_further_step(checkpoint):
    seen = threading.Event()

    def hold_at_the_second_step(event):
        if isinstance(event, Progress) and event.done == 2:
            seen.wait(0.3)  # longer than the deadline, so that it has passed by the next step

    with running_engine(checkpoint) as engine:
        watched = submit(
            engine,
            request(num_inference_steps=500, deadline_seconds=0.25),
            hold_at_the_second_step,
        )
        end = watched.wait()

    assert isinstance(end.error, DeadlineExceeded)
    assert end.error.field == "deadline_seconds"
    assert len(steps_of(watched)) <= 2


def test_a_full_queue_refuses_and_has_room_again_later(checkpoint):
    settings = EngineSettings(running_pictures=1, waiting_generations=2)
    with running_engine(checkpoint, settings=settings) as engine:
        held = [submit(engine, request(num_inference_steps=60)) for _ in range(2)]
        with pytest.raises(Overloaded):
            engine.submit(request(), lambda event: None)
        for watched in held:
            watched.generation.cancel()
            watched.wait()
        submit(engine, request()).finished()


def test_a_waiting_generation_is_told_its_position(checkpoint):
    settings = EngineSettings(running_pictures=1)
    with running_engine(checkpoint, settings=settings) as engine:
        started = threading.Event()
        gate = threading.Event()

        def hold(event):
            started.set()
            gate.wait(10)

        first = submit(engine, request(num_inference_steps=5), hold)
        started.wait(10)
        second = submit(engine, request(num_inference_steps=5))
        third = submit(engine, request(num_inference_steps=5))
        gate.set()
        for watched in (first, second, third):
            watched.finished()

    assert [event.position for event in second.events[:1]] == [1]
    assert [event.position for event in third.events[:2]] == [2, 1]


def test_closing_fails_what_is_unfinished(checkpoint):
    with running_engine(checkpoint) as engine:
        watched = submit(engine, request(num_inference_steps=500))
    end = watched.wait()

    assert isinstance(end.error, Unavailable)
    with pytest.raises(Unavailable):
        engine.submit(request(), lambda event: None)


def test_a_receiver_that_raises_does_not_stop_the_engine(checkpoint, caplog):
    def broken(event):
        raise RuntimeError("the receiver's own trouble")

    with running_engine(checkpoint) as engine:
        engine.submit(request(num_inference_steps=2), broken)
        submit(engine, request()).finished()

    assert "the receiver's own trouble" in caplog.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"width": 100}, "width"),
        ({"height": 68}, "height"),
        ({"width": 2048, "height": 2048}, "width"),
        ({"num_inference_steps": 0}, "num_inference_steps"),
        ({"num_inference_steps": 501}, "num_inference_steps"),
        ({"num_inference_steps": True}, "num_inference_steps"),
        ({"guidance_scale": 0.99}, "guidance_scale"),
        ({"guidance_scale": float("nan")}, "guidance_scale"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"seed": 2**64 - 1, "num_images": 2}, "seed"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"prompt": "x" * 4097}, "prompt"),
        ({"negative_prompt": "\ud800"}, "negative_prompt"),
        ({"num_images": 17}, "num_images"),
    ],
)
def test_a_request_outside_the_limits_is_refused_at_once(checkpoint, changes, field):
    with running_engine(checkpoint) as engine, pytest.raises(InvalidRequest) as caught:
        engine.submit(request(**changes), lambda event: None)

    assert caught.value.field == field
    assert caught.value.allowed


def test_a_model_that_gives_no_numbers_fails_its_request_and_not_the_engine(tmp_path):
    checkpoint = load_checkpoint(make_tiny_sd(tmp_path / "sd"), dtype="float32")
    bias = checkpoint.unet.conv_out.bias
    bias.data.fill_(float("nan"))

    with running_engine(checkpoint) as engine:
        end = submit(engine, request()).wait()
        bias.data.zero_()
        submit(engine, request()).finished()

    assert isinstance(end, Failed)
    assert isinstance(end.error, CheckpointError)
    assert "not numbers" in end.error.message
