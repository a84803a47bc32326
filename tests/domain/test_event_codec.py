"""Events cross from a replica to the gateway as plain JSON."""

import json
from dataclasses import replace

import pytest

from inkcloud.domain.errors import Cancelled
from inkcloud.domain.event_codec import decode_event, encode_event
from inkcloud.domain.events import Failed, Finished, Preview, Progress, Queued, Started
from inkcloud.domain.picture import Picture
from inkcloud.domain.record import Record
from inkcloud.domain.sampler_name import SamplerName
from support.stub_replica import frame

RECORD = Record(
    prompt="x",
    negative_prompt="",
    num_inference_steps=1,
    scheduler=SamplerName.DDIM,
    guidance_scale=1.0,
    seed=0,
    width=8,
    height=8,
    checkpoint="c",
    checkpoint_hash="0" * 64,
    dtype="float32",
    backend="torch-cpu",
    versions={},
)
VARIED = replace(RECORD, variation_seed=2**64 - 1, variation_strength=0.25)
FROM_AN_IMAGE = replace(RECORD, strength=0.5, image_sha256="1" * 64)


@pytest.mark.parametrize(
    "event",
    [
        Queued(3),
        Started(20),
        Progress(1, 20, None),
        Progress(2, 20, 1.5),
        Preview(0, 2, b"\x89PNG"),
        frame(seed=3, call=2, calls=20),
        Finished((Picture(b"\x89PNG", RECORD),), 1.25),
        Finished((Picture(b"\x89PNG", FROM_AN_IMAGE),), 1.25),
        Finished((Picture(b"\x89PNG", VARIED),), 1.25),
    ],
)
def test_an_event_comes_back(event):
    assert decode_event(json.loads(json.dumps(encode_event(event)))) == event


def test_a_failure_comes_back_with_its_kind():
    back = decode_event(encode_event(Failed(Cancelled("Stopped."))))

    assert isinstance(back, Failed)
    assert type(back.error) is Cancelled


def test_an_unknown_event_is_refused():
    with pytest.raises(ValueError, match="surprise"):
        decode_event({"event": "surprise"})
