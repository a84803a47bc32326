import hashlib
import json
from typing import ClassVar

import pytest

from inkcloud.control.generations import QueueLimits
from inkcloud.control.ports import ReplicaState
from inkcloud.gateway.settings import Settings
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas, tiny_png


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as running:
        yield running


def events_of(lines):
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


def until_running(gateway, view):
    with gateway.http.stream("GET", gateway.path(view) + "/events") as stream:
        for line in stream.iter_lines():
            if '"event":"preview"' in line:
                return


def test_a_submission_is_accepted_at_once_and_ends_with_pictures(gateway, replica):
    view = gateway.submit("slow squid", seed=7, num_images=2, tag="session/1/0")

    assert (view["state"], view["tag"], view["images"]) == ("queued", "session/1/0", [])
    assert view["request"]["num_inference_steps"] == 20
    replica.release()
    ended = gateway.ended(view)
    assert (ended["state"], ended["seconds"], len(ended["images"])) == ("succeeded", 0.25, 2)
    assert [image["record"]["seed"] for image in ended["images"]] == [7, 8]
    assert (ended["position"], ended["progress"], ended["error"]) == (None, None, None)


def test_a_picture_is_served_as_a_png_that_never_changes(gateway):
    ended = gateway.ended(gateway.submit("x", seed=9))

    image = ended["images"][0]
    answer = gateway.http.get(image["url"])

    assert answer.content == tiny_png(seed=9)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert answer.headers["etag"] == f'"{image["sha256"]}"'
    again = gateway.http.get(image["url"], headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert gateway.http.get(image["url"][:-1] + "1").status_code == 404
    assert gateway.http.get(image["url"][:-1] + "-1").status_code == 404


def test_a_running_generation_shows_progress_and_its_latest_preview(gateway, replica):
    view = gateway.submit("slow squid", seed=3, preview_every=1)
    until_running(gateway, view)

    running = gateway.get(view)
    preview = gateway.http.get(running["previews"][0]["url"])

    assert running["state"] == "running"
    assert running["progress"] == {"done": 1, "total": 20, "seconds_left": 1.5}
    assert (preview.content, preview.headers["content-type"]) == (
        tiny_png(seed=3, side=4),
        "image/png",
    )
    assert preview.headers["cache-control"] == "no-store"
    assert gateway.http.get(gateway.path(view) + "/preview/1").status_code == 404


def test_a_late_follower_begins_with_the_present_state(gateway, replica):
    view = gateway.submit("slow squid")
    until_running(gateway, view)

    with gateway.http.stream("GET", gateway.path(view) + "/events") as stream:
        lines = []
        for line in stream.iter_lines():
            lines.append(line)
            if '"event":"preview"' in line:
                replica.release()

    events = events_of(lines)
    assert [event["event"] for event in events] == ["started", "progress", "preview", "finished"]
    assert list(events[-1]["images"][0]) == ["url", "sha256", "record"]
    assert events[-1]["images"][0]["url"].startswith(gateway.url)


def test_following_a_finished_generation_gives_its_end(gateway):
    ended = gateway.ended(gateway.submit("x"))

    with gateway.http.stream("GET", ended["links"]["events"]) as stream:
        content_type = stream.headers["content-type"]
        events = events_of(stream.iter_lines())

    assert content_type.startswith("text/event-stream")
    assert [event["event"] for event in events] == ["finished"]
    assert events[0]["images"] == ended["images"]


def test_a_quiet_stream_says_that_it_is_alive(replica, tmp_path):
    settings = Settings(keep_alive_seconds=0.01)
    with RunningGateway(tmp_path, StubReplicas(replica), settings) as gateway:
        view = gateway.submit("slow squid")
        with gateway.http.stream("GET", gateway.path(view) + "/events") as stream:
            alive = next(line for line in stream.iter_lines() if line.startswith(":"))

    assert alive == ": alive"


def test_cancelling_stops_the_replica_and_can_be_repeated(gateway, replica):
    view = gateway.submit("slow squid")
    replica.next_started()

    first = gateway.http.delete(gateway.path(view))
    second = gateway.http.delete(gateway.path(view))

    assert replica.next_gone() == "slow squid"
    assert first.status_code == second.status_code == 200
    assert first.json()["state"] == second.json()["state"] == "cancelled"
    assert first.json()["error"]["code"] == "cancelled"


def test_a_follower_who_leaves_changes_nothing(gateway, replica):
    view = gateway.submit("slow squid")
    until_running(gateway, view)
    replica.release()

    assert gateway.ended(view)["state"] == "succeeded"


def test_the_list_is_newest_first_by_tag_prefix(gateway):
    for tag in ("a/1", "b/1", "a/2", "a_3", ""):
        gateway.ended(gateway.submit("x", tag=tag))

    def tags(**query):
        answer = gateway.http.get(
            "/endpoints/open/generations", params=query, headers=gateway.authorization
        )
        return [generation["tag"] for generation in answer.json()["generations"]]

    assert tags() == ["", "a_3", "a/2", "b/1", "a/1"]
    assert tags(tag_prefix="a/") == ["a/2", "a/1"]
    assert tags(tag_prefix="a", limit=1) == ["a_3"]
    assert tags(tag_prefix="c") == []


def test_too_much_work_is_refused_with_a_time_to_come_back(replica, tmp_path):
    limits = QueueLimits(unfinished=1)
    with RunningGateway(tmp_path, StubReplicas(replica), limits=limits) as gateway:
        gateway.submit("slow squid")

        answer = gateway.http.post("/endpoints/open/generations", json={"prompt": "x"})

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert int(answer.headers["retry-after"]) > 0


def test_endpoints_say_what_their_service_can_do(gateway):
    listed = gateway.http.get("/endpoints", headers=gateway.authorization).json()
    facts = gateway.http.get("/endpoints/open").json()

    shown = {name: listed[0][name] for name in ("name", "url", "public", "state")}
    assert shown == {
        "name": "open",
        "url": f"{gateway.url}/endpoints/open",
        "public": True,
        "state": "running",
    }
    assert facts["native_size"] == [64, 64]
    assert (facts["model"], facts["factor"], facts["state"]) == ("stub", 8, "running")
    assert facts["name"] == "open"


@pytest.mark.parametrize("state", [ReplicaState.STARTING, ReplicaState.STOPPED])
def test_without_a_replica_the_state_says_so_and_facts_are_absent(tmp_path, state):
    with RunningGateway(tmp_path, StubReplicas(state=state)) as gateway:
        facts = gateway.http.get("/endpoints/open").json()
        health = gateway.http.get("/healthcheck")

    assert facts["state"] == state.value
    assert "native_size" not in facts
    assert (health.status_code, health.json()["status"]) == (503, state.name)


def test_stopping_lets_followers_go_and_the_next_gateway_finishes_the_work(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as gateway:
        view = gateway.submit("slow squid")
        with gateway.http.stream("GET", gateway.path(view) + "/events") as stream:
            for line in stream.iter_lines():
                if '"event":"preview"' in line:
                    gateway.server.should_exit = True
    assert replica.next_gone() == "slow squid"
    replica.release()

    with RunningGateway(tmp_path, StubReplicas(replica)) as gateway:
        assert gateway.ended(view)["state"] == "succeeded"


class TestIdempotencyKeys:
    PATH = "/endpoints/open/generations"
    KEY: ClassVar = {"Idempotency-Key": "grid/r1/007/1"}

    def submit(self, gateway, headers=None, **body):
        answer = gateway.http.post(self.PATH, json={"prompt": "x"} | body, headers=headers)
        assert answer.status_code == 202
        return answer.json()

    def test_the_same_request_again_is_the_same_generation(self, gateway, replica):
        first = self.submit(gateway, self.KEY, tag="one")
        gateway.ended(first)

        again = self.submit(gateway, self.KEY, tag="two")

        assert (again["id"], again["tag"], again["state"]) == (first["id"], "one", "succeeded")
        assert len(replica.requests) == 1

    def test_callers_at_the_same_moment_share_one_generation(self, gateway, replica):
        with gateway.background() as run:
            futures = [run(self.submit, gateway, self.KEY) for _ in range(8)]
            ids = {future.result()["id"] for future in futures}

        assert len(ids) == 1
        listed = gateway.http.get(self.PATH, headers=gateway.authorization).json()
        assert len(listed["generations"]) == 1

    def test_another_request_with_the_key_is_refused(self, gateway):
        self.submit(gateway, self.KEY)

        answer = gateway.http.post(self.PATH, json={"prompt": "y"}, headers=self.KEY)

        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")

    def test_a_key_belongs_to_one_caller(self, gateway):
        mine = self.submit(gateway, self.KEY | gateway.authorization)
        nobodys = self.submit(gateway, self.KEY)

        assert mine["id"] != nobodys["id"]

    def test_a_cancelled_generation_lets_go_of_its_key(self, gateway, replica):
        cancelled = self.submit(gateway, self.KEY, prompt="slow squid")
        replica.next_started()
        gateway.http.delete(gateway.path(cancelled))
        replica.release()

        assert self.submit(gateway, self.KEY, prompt="slow squid")["id"] != cancelled["id"]

    @pytest.mark.parametrize("key", ["", "x" * 201, "caf\u00e9"])
    def test_a_key_that_is_not_allowed_is_named(self, gateway, key):
        headers = [(b"Idempotency-Key", key.encode())]

        answer = gateway.http.post(self.PATH, json={"prompt": "x"}, headers=headers)

        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")

    def test_the_description_names_the_header(self, gateway):
        described = gateway.http.get("/openapi.json").json()["paths"]
        operation = described["/endpoints/{name}/generations"]["post"]

        named = [p["name"] for p in operation["parameters"]]
        assert sorted(named) == ["Idempotency-Key", "name"]
