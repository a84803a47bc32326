"""The frames of a generation, kept with its job and served."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from inkcloud.storage.events import EventTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.sweeper import Sweeper
from inkcloud.storage.thumbnails import ThumbnailStore
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, frame


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as running:
        yield running


def kept(folder):
    return set(ImageStore(folder).names())


def frames_of(gateway, prompt="x", **parameters):
    ended = gateway.ended(gateway.submit(prompt, frames=True, **parameters))
    return ended, gateway.http.get(gateway.path(ended) + "/frames")


def test_every_step_is_listed_with_its_noise_level(gateway):
    ended, answer = frames_of(gateway, seed=7, num_inference_steps=3, scheduler="DDIM")

    listed = answer.json()
    assert (listed["id"], listed["scheduler"]) == (ended["id"], "DDIM")
    assert listed["num_inference_steps"] == 3
    expected = [frame(7, call, 3) for call in (1, 2, 3)]
    for number, (view, one) in enumerate(zip(listed["frames"], expected, strict=True)):
        assert view["number"] == number
        for name in ("call", "calls", "step", "timestep", "sigma", "alpha_bar", "seconds"):
            assert view[name] == getattr(one, name)
        assert gateway.http.get(view["predicted"]).content == one.predicted
        assert gateway.http.get(view["noisy"]).content == one.noisy
    assert ended["links"]["frames"].endswith("/frames")


def test_a_frames_picture_is_a_png_that_never_changes(gateway):
    _, answer = frames_of(gateway)
    address = answer.json()["frames"][0]["noisy"]

    first = gateway.http.get(address)
    again = gateway.http.get(address, headers={"if-none-match": first.headers["etag"]})

    assert first.headers["content-type"] == "image/png"
    assert "immutable" in first.headers["cache-control"]
    assert Image.open(io.BytesIO(first.content)).size == (4, 4)
    assert (again.status_code, again.content) == (304, b"")


def test_all_frames_come_as_one_file(gateway):
    _, answer = frames_of(gateway, num_inference_steps=4)

    whole = gateway.http.get(answer.json()["archive"])

    assert whole.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert len(json.loads(archive.read("frames.json"))) == 4


def test_a_job_without_frames_or_without_that_frame_says_so(gateway):
    plain = gateway.ended(gateway.submit("x"))
    framed, _ = frames_of(gateway, num_inference_steps=2)
    base = gateway.path(framed) + "/frames"

    for address in (gateway.path(plain) + "/frames", gateway.path(plain) + "/frames.zip"):
        answer = gateway.http.get(address)
        assert (answer.status_code, answer.json()["field"]) == (404, "frames")
    assert "frames" not in plain["links"]
    assert gateway.http.get(base + "/2/noisy").json()["allowed"] == "0 to 1"
    assert gateway.http.get(base + "/-1/noisy").status_code == 404
    assert gateway.http.get(base + "/0/other").status_code == 422


def test_frames_of_several_pictures_are_refused(gateway):
    answer = gateway.http.post(
        "/endpoints/open/generations",
        json={"prompt": "x", "frames": True, "num_images": 2},
        headers=gateway.authorization,
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "num_images")


def test_frames_are_sent_on_only_if_they_were_asked_for(gateway, replica):
    frames_of(gateway)
    gateway.ended(gateway.submit("y"))

    assert [request["frames"] for request in replica.requests] == [True, False]


def test_more_frames_than_are_allowed_fail_the_job(gateway):
    ended, answer = frames_of(gateway, "frames without end")

    assert ended["state"] == "failed"
    assert "frame 101" in ended["error"]["message"]
    assert answer.status_code == 404


def test_a_cancelled_job_leaves_no_frames(gateway, tmp_path):
    view = gateway.submit("slow squid", frames=True)
    with gateway.http.stream("GET", gateway.path(view) + "/events") as stream:
        for line in stream.iter_lines():
            if '"event":"preview"' in line:
                break
    running = gateway.http.get(gateway.path(view) + "/frames")

    gateway.http.delete(gateway.path(view), headers=gateway.authorization)
    cancelled = gateway.http.get(gateway.path(view) + "/frames")

    assert running.status_code == cancelled.status_code == 404
    assert kept(tmp_path) == set()


def test_frames_begin_again_when_the_replica_dies(gateway):
    _, answer = frames_of(gateway, "die once dear", num_inference_steps=3)

    assert [view["call"] for view in answer.json()["frames"]] == [1, 2, 3]


def test_frames_are_there_after_a_restart_and_go_with_their_job(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as first:
        ended, before = frames_of(first)
    with RunningGateway(tmp_path, StubReplicas(replica)) as second:
        after = second.http.get(second.path(ended) + "/frames")
        sweeper = Sweeper(
            second.jobs,
            second.history,
            ImageStore(tmp_path),
            ThumbnailStore(tmp_path),
            EventTable(second.database),
        )
        early = sweeper.sweep(datetime.now(UTC) + timedelta(hours=23))
        late = sweeper.sweep(datetime.now(UTC) + timedelta(hours=25))
        gone = second.http.get(second.path(ended) + "/frames")

    assert [f["sigma"] for f in after.json()["frames"]] == [
        f["sigma"] for f in before.json()["frames"]
    ]
    assert (early.images, late.images) == (0, 1)
    assert gone.status_code == 404
    assert kept(tmp_path) == {ended["images"][0]["sha256"]}  # which the history keeps
