"""The store of models over HTTP, and the work on it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from inkcloud.models.add import add_model
from models.conftest import told_facts
from support.hub import LoopbackHub
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService
from support.tiny_checkpoints import make_tiny_sd
from support.waiting import wait_until


class Worker:
    """Tells progress, then waits to be let go; or fails, as it is told."""

    def __init__(self) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.waits = False

    async def work(self, job: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        self.jobs.append(job)
        yield {"progress": {"stage": "downloading", "file": "a", "file_done": 1, "file_total": 4}}
        try:
            if self.waits:
                await asyncio.Event().wait()
            for message in self.messages:
                yield message
        finally:
            self.stopped.append(job["do"])


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def replicas():
    with StubService() as replica:
        yield StubReplicas(replica)


@pytest.fixture
def gateway(worker, replicas, tmp_path):
    with RunningGateway(tmp_path, replicas, work=worker.work) as running:
        yield running


def ask(gateway, method, path, body=None):
    return gateway.http.request(method, path, json=body, headers=gateway.authorization)


def ended(gateway, operation):
    def over():
        now = ask(gateway, "GET", f"/model-operations/{operation['id']}").json()
        return now if now["state"] != "running" else None

    return wait_until(over)


@pytest.fixture
def mine(gateway, tmp_path):
    folder = make_tiny_sd(tmp_path / "tiny")
    return add_model(gateway.store, folder, name="mine", inspection=told_facts)


def test_models_are_listed_with_their_facts(gateway, mine):
    listed = ask(gateway, "GET", "/models").json()["models"]
    one = ask(gateway, "GET", "/models/mine").json()

    assert [model["name"] for model in listed] == ["inkling", "mine"]
    assert listed[0]["facts"]["family"] == "Inkling"
    assert listed[0]["origin"]["kind"] == "builtin"
    assert (one["size"], one["revision"]) == (mine.size, mine.revision)
    assert one["facts"]["native_size"] == [64, 64]
    assert one["endpoints"] == []
    assert {"path", "size", "sha256", "linked"} == set(one["files"][0])
    assert ask(gateway, "GET", "/models/none").status_code == 404


def test_a_pull_is_accepted_followed_and_tells_its_end(gateway, worker):
    note = {"progress": {"stage": "looking", "note": "half"}}
    worker.messages = [note, {"model": "sd"}]

    accepted = ask(gateway, "POST", "/models", {"id": "someone/sd", "revision": "v1"})
    view = accepted.json()
    events = gateway.http.get(view["links"]["events"], headers=gateway.authorization).text
    told = [json.loads(line[6:]) for line in events.splitlines() if line.startswith("data: ")]

    assert accepted.status_code == 202
    assert (view["kind"], view["subject"], view["state"]) == ("pull", "someone/sd", "running")
    assert worker.jobs[0]["revision"] == "v1"
    assert worker.jobs[0]["store"] == str(gateway.store.folder)
    assert told[-1]["state"] == "succeeded"
    assert (told[-1]["model"], told[-1]["notes"]) == ("sd", ["half"])
    assert told[-1]["ended"] is not None
    listed = ask(gateway, "GET", "/model-operations").json()["operations"]
    assert [each["id"] for each in listed] == [view["id"]]


def test_a_pull_that_is_cancelled_stops_its_work(gateway, worker):
    worker.waits = True
    view = ask(gateway, "POST", "/models", {"id": "someone/sd"}).json()
    where = f"/model-operations/{view['id']}"
    wait_until(lambda: ask(gateway, "GET", where).json()["progress"])

    stopped = ask(gateway, "POST", f"/model-operations/{view['id']}/cancel").json()

    assert stopped["state"] == "cancelled"
    assert worker.stopped == ["pull"]
    again = ask(gateway, "POST", f"/model-operations/{view['id']}/cancel")
    assert (again.status_code, again.json()["state"]) == (200, "cancelled")


def test_the_same_is_not_pulled_twice_at_once_and_not_too_much(gateway, worker):
    worker.waits = True
    first = ask(gateway, "POST", "/models", {"id": "someone/0"})

    twice = ask(gateway, "POST", "/models", {"id": "someone/0"})
    others = [ask(gateway, "POST", "/models", {"id": f"someone/{n}"}) for n in range(1, 5)]

    assert (first.status_code, twice.status_code) == (202, 409)
    assert [each.status_code for each in others] == [202, 202, 202, 503]
    assert others[-1].headers["retry-after"]


def test_why_a_pull_failed_is_told(gateway, worker):
    worker.messages = [{"error": {"code": "hub", "message": "It is gated."}}]

    view = ended(gateway, ask(gateway, "POST", "/models", {"id": "someone/sd"}).json())

    assert view["state"] == "failed"
    assert view["error"]["message"] == "It is gated."


def test_a_check_tells_what_is_wrong(gateway, worker, mine):
    worker.messages = [{"faults": [{"file": "unet/config.json", "text": "It is missing."}]}]

    accepted = ask(gateway, "POST", "/models/mine/verify")
    view = ended(gateway, accepted.json())

    assert accepted.status_code == 202
    assert (view["kind"], view["state"]) == ("verify", "succeeded")
    assert view["faults"] == [{"file": "unet/config.json", "text": "It is missing."}]
    assert ask(gateway, "POST", "/models/none/verify").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "id"),
        ({"id": "../x"}, "id"),
        ({"id": "http://169.254.169.254/x"}, "id"),
        ({"id": 1}, "id"),
        ({"id": "a/b", "endpoint": "http://x"}, "endpoint"),
        ({"id": "a/b", "token": "secret"}, "token"),
        ({"id": "a/b", "path": "/etc"}, "path"),
        ({"id": "a/b", "name": "../x"}, "name"),
        ({"id": "a/b", "revision": "../x"}, "revision"),
        ({"id": "a/b", "prediction": "x"}, "prediction"),
        ({"id": "a/b", "file": None}, "file"),
    ],
)
def test_what_cannot_be_pulled_is_refused_by_name(gateway, worker, body, field):
    answer = ask(gateway, "POST", "/models", body)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert worker.jobs == []


def test_a_model_in_use_is_removed_by_force_only(gateway, mine):
    ask(gateway, "POST", "/endpoints", {"name": "user", "template": "stub", "model": "mine"})

    refused = ask(gateway, "DELETE", "/models/mine")
    used = ask(gateway, "GET", "/models/mine").json()["endpoints"]
    removed = ask(gateway, "DELETE", "/models/mine?force=true")

    assert refused.status_code == 409
    assert "used by the endpoint user" in refused.json()["detail"]
    assert used == ["user"]
    assert removed.status_code == 200
    assert removed.json()["freed"] > mine.size
    assert ask(gateway, "GET", "/models/mine").status_code == 404
    assert ask(gateway, "DELETE", "/models/inkling").status_code == 409


def test_a_model_that_came_anew_replaces_the_replicas_of_its_endpoints(
    gateway, worker, replicas, mine, tmp_path
):
    for name, model in (("user", "mine"), ("other", "inkling")):
        ask(gateway, "POST", "/endpoints", {"name": name, "template": "stub", "model": model})
    asyncio.run_coroutine_threadsafe(gateway.watch.look(), gateway.loop).result()
    config = tmp_path / "tiny" / "unet" / "config.json"
    config.write_text(config.read_text() + "\n")
    anew = add_model(gateway.store, tmp_path / "tiny", name="mine", inspection=told_facts)
    worker.messages = [{"model": "mine"}]

    ended(gateway, ask(gateway, "POST", "/models", {"id": "someone/mine"}).json())
    asyncio.run_coroutine_threadsafe(gateway.watch.look(), gateway.loop).result()

    assert replicas.renewed == [
        ("user", f"the model mine, from revision {mine.revision} to {anew.revision}")
    ]


@pytest.mark.slow
def test_the_real_work_pulls_from_a_hub_and_is_killed_by_cancelling(
    replicas, tmp_path, monkeypatch
):
    """The worker's process, the hub's library, the real inspection."""
    from inkcloud.models.work import work

    folder = make_tiny_sd(tmp_path / "tiny")
    with LoopbackHub() as hub, RunningGateway(tmp_path / "data", replicas, work=work) as gateway:
        monkeypatch.setenv("INKCLOUD_HUB_URL", hub.url)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setenv("NO_PROXY", "*")
        hub.repository("someone/tiny", folder)
        hub.piece_seconds = 0.05
        unet = "unet/diffusion_pytorch_model.safetensors"

        slow = ask(gateway, "POST", "/models", {"id": "someone/tiny"}).json()
        while hub.sent(unet) < 1_000_000:
            now = ask(gateway, "GET", f"/model-operations/{slow['id']}").json()
            assert now["state"] == "running", now
        stopped = ask(gateway, "POST", f"/model-operations/{slow['id']}/cancel").json()
        hub.piece_seconds = 0.0
        view = ended(gateway, ask(gateway, "POST", "/models", {"id": "someone/tiny"}).json())

        assert (stopped["state"], stopped["progress"]["stage"]) == ("cancelled", "downloading")
        assert (view["state"], view["model"]) == ("succeeded", "tiny"), view
        assert hub.fetched(unet)[-1].status == 206
        faults = ended(gateway, ask(gateway, "POST", "/models/tiny/verify").json())
        assert (faults["state"], faults["faults"]) == ("succeeded", [])
        missing = ended(gateway, ask(gateway, "POST", "/models", {"id": "someone/no"}).json())
        assert "There is no repository someone/no" in missing["error"]["message"]
