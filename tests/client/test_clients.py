"""Both clients against the real gateway with stub replicas."""

import asyncio
import hashlib
import inspect
import socket
import threading

import pytest

from inkcloud.client import AsyncInkcloudClient, InkcloudClient
from inkcloud.domain.errors import (
    Cancelled,
    InkcloudError,
    InvalidRequest,
    NotFound,
    Unauthorized,
    Unavailable,
)
from inkcloud.domain.job import JobState
from inkcloud.domain.record import Record
from inkcloud.wire.frame_archive import unpack
from support.blocking_client import Blocking
from support.running_gateway import PATIENCE, RunningGateway
from support.stub_replica import StubReplica, StubReplicas, frame
from support.waiting import wait_until


@pytest.fixture(scope="module")
def stub():
    with StubReplica() as replica:
        yield replica


@pytest.fixture(scope="module")
def gateway(stub, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(stub)) as running:
        yield running


@pytest.fixture(params=[InkcloudClient, Blocking], ids=["sync", "async"])
def kind(request, monkeypatch):
    monkeypatch.delenv("INKCLOUD_TOKEN", raising=False)
    monkeypatch.delenv("INKCLOUD_TOKEN_FILE", raising=False)
    return request.param


@pytest.fixture
def client(kind, gateway):
    with kind(gateway.url, token=gateway.token, endpoint="open") as opened:
        yield opened


def test_generate_returns_the_pictures_with_their_records(client):
    images = client.generate("an octopus", seed=7, num_images=2, num_inference_steps=3)

    assert [image.seed for image in images] == [7, 8]
    for image in images:
        assert image.png.startswith(b"\x89PNG")
        assert image.sha256 == hashlib.sha256(image.png).hexdigest()
        assert Record.from_mapping(image.record).prompt == "an octopus"
        assert "PNG" not in repr(image)


def test_a_generation_is_submitted_followed_looked_at_and_listed(client, stub, kind):
    tag = f"panel/{kind.__name__}"

    status = client.submit("slow squid", tag=tag, seed=1)
    events = client.follow(status.id)
    first = [next(events)]
    while first[-1]["event"] != "preview":
        first.append(next(events))
    running = client.get(status.id)
    preview = client.preview(status.id, 0)
    stub.release()
    rest = list(events)
    done = client.get(status.id)
    listed = client.list(tag_prefix=tag, limit=5)

    assert (status.tag, status.endpoint, status.request["seed"]) == (tag, "open", 1)
    assert not status.state.final
    assert running.state is JobState.RUNNING
    assert running.progress is not None
    assert (running.progress.done, running.progress.seconds_left) == (1, 1.5)
    assert [view.index for view in running.previews] == [0]
    assert preview.startswith(b"\x89PNG")
    assert rest[-1]["event"] == "finished"
    assert done.state is JobState.SUCCEEDED
    assert done.seconds == 0.25
    assert client.image(done.id, 0).startswith(b"\x89PNG")
    assert [found.id for found in listed] == [done.id]
    stub._released.clear()


def test_the_frames_of_a_generation_are_listed_and_fetched(client):
    client.generate("steps", tag="framed", seed=5, num_inference_steps=3, frames=True)
    [status] = client.list(tag_prefix="framed", limit=1)

    frames = client.frames(status.id)

    expected = [frame(5, call, 3) for call in (1, 2, 3)]
    assert [each.sigma for each in frames.frames] == [each.sigma for each in expected]
    assert (frames.num_inference_steps, frames.frames[0].number) == (3, 0)
    assert client.frame(status.id, 1) == expected[1].predicted
    assert client.frame(status.id, 2, "noisy") == expected[2].noisy
    assert unpack(client.frame_archive(status.id)) == tuple(expected)
    with pytest.raises(NotFound):
        client.frame(status.id, 3)


def test_a_submission_with_its_key_may_be_repeated(client, kind):
    key = f"key of {kind.__name__}"

    ids = {client.submit("quick", idempotency_key=key, seed=3).id for _ in "abc"}

    assert len(ids) == 1
    with pytest.raises(InvalidRequest) as caught:
        client.submit("other", idempotency_key=key, seed=3)
    assert caught.value.field == "Idempotency-Key"


def test_there_is_no_preview_of_what_is_done(client):
    [image] = client.generate("quick", tag="quick")
    [status] = client.list(tag_prefix="quick", limit=1)

    assert image.sha256 == status.images[0].sha256
    assert client.preview(status.id, 0) is None


def test_cancel_stops_a_generation_and_may_be_repeated(client, stub):
    status = client.submit("slow shark")
    wait_until(lambda: client.get(status.id).state is JobState.RUNNING)

    client.cancel(status.id)
    last = list(client.follow(status.id))[-1]

    while stub.next_gone() != "slow shark":
        pass
    assert last["event"] == "failed"
    assert client.cancel(status.id).state is JobState.CANCELLED


def test_generate_raises_what_the_generation_failed_with(client):
    with pytest.raises(InvalidRequest) as caught:
        client.generate("fail please")

    assert caught.value.field == "scheduler"


def test_generate_raises_that_it_was_cancelled(client, gateway, stub):
    errors = []

    def generate():
        with InkcloudClient(gateway.url, token=gateway.token, endpoint="open") as other:
            try:
                other.generate("slow snail", tag="snail")
            except InkcloudError as error:
                errors.append(error)

    thread = threading.Thread(target=generate)
    thread.start()

    def at_work():
        return [each for each in client.list(tag_prefix="snail", limit=1) if not each.state.final]

    [listed] = wait_until(at_work)
    client.cancel(listed.id)
    thread.join(PATIENCE)

    assert isinstance(errors[0], Cancelled)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"num_inference_steps": 501}, "num_inference_steps"),
        ({"scheduler": "EULER_B"}, "scheduler"),
        ({"sheduler": "DDIM"}, "sheduler"),
        ({"guidance_scale": float("nan")}, "guidance_scale"),
        ({"seed": object()}, "seed"),
    ],
)
def test_a_bad_parameter_is_named(client, parameters, field):
    with pytest.raises(InvalidRequest) as caught:
        client.submit("an octopus", **parameters)

    assert caught.value.field == field
    assert caught.value.allowed


def test_an_unknown_generation_is_not_found(client):
    for id in ("gen_unknown", "../../healthcheck", "a/b", ".."):
        with pytest.raises(NotFound):
            client.get(id)
    with pytest.raises(NotFound):
        list(client.follow("gen_unknown"))


def test_a_private_endpoint_needs_the_token(kind, gateway, monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_text(gateway.token + "\n")

    with kind(gateway.url, endpoint="shut") as stranger, pytest.raises(Unauthorized):
        stranger.endpoint_info()
    monkeypatch.setenv("INKCLOUD_TOKEN_FILE", str(file))
    with kind(gateway.url, endpoint="shut") as from_file:
        assert from_file.endpoint_info()["name"] == "shut"
    monkeypatch.setenv("INKCLOUD_TOKEN", "ink_wrong")
    with kind(gateway.url, endpoint="shut") as from_environment, pytest.raises(Unauthorized):
        from_environment.endpoint_info()
    with kind(gateway.url, token=gateway.token, endpoint="shut") as from_argument:
        assert from_argument.endpoint_info()["native_size"] == [64, 64]


def test_the_health_check_is_told_ready_or_not(client, gateway, kind, tmp_path, stub):
    assert client.healthcheck()["status"] == "RUNNING"

    replicas = StubReplicas(stub)
    replicas.current = type(replicas.current).STARTING
    with RunningGateway(tmp_path, replicas) as starting, kind(starting.url) as other:
        assert other.healthcheck()["status"] == "STARTING"


def test_the_token_is_never_shown(kind):
    with kind("http://127.0.0.1:1/", token="ink_secret") as client:
        assert "secret" not in repr(client)
        with pytest.raises(Unavailable) as caught:
            client.healthcheck()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["ink_a\nb", "ink_ä", "two words"])
def test_a_token_that_cannot_be_sent_is_refused_unshown(kind, token):
    with pytest.raises(InvalidRequest) as caught:
        InkcloudClient(token=token)

    assert token not in repr(caught.value.as_dict())


def test_a_gateway_that_is_not_there_is_named_with_what_to_do(kind):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"

    with kind(url) as client:
        for call in (client.endpoint_info, lambda: list(client.follow("gen_1"))):
            with pytest.raises(Unavailable, match=url) as caught:
                call()
            assert "inkcloud up" in caught.value.message


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_server_of_another_kind_is_told(kind, answer):
    told = pytest.raises(InkcloudError, match="not a gateway's")
    with OneAnswer(answer) as url, kind(url) as client, told:
        client.get("gen_1")


def test_a_connection_that_breaks_is_told(kind):
    cut = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\n"
    with OneAnswer(cut + b'data: {"event": "queued"}\n\n') as url, kind(url) as client:
        events = client.follow("gen_1")
        assert next(events) == {"event": "queued"}
        with pytest.raises(Unavailable, match="broke"):
            next(events)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "", "http://", None])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InvalidRequest) as caught:
        InkcloudClient(url)

    assert caught.value.field == "base_url"


def test_both_clients_have_the_same_methods():
    def methods(kind):
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(InkcloudClient) == methods(AsyncInkcloudClient)


def test_cancelling_an_async_generate_cancels_the_generation(gateway, stub):
    async def test():
        async with AsyncInkcloudClient(gateway.url, gateway.token, "open") as client:
            task = asyncio.create_task(client.generate("slow seal", tag="seal"))
            while True:
                listed = await client.list(tag_prefix="seal", limit=1)
                if listed and listed[0].state is JobState.RUNNING:
                    break
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.get(listed[0].id)

    assert asyncio.run(test()).state is JobState.CANCELLED
    while stub.next_gone() != "slow seal":
        pass


class OneAnswer:
    """A server that gives every connection the same bytes and closes it."""

    def __init__(self, answer):
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self._answer)
