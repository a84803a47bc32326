"""Calls that are answered later: accepted once, done once, whatever happens."""

import base64
import json

import pytest

from inkcloud.domain.job import JobKind, JobState
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas, tiny_png
from support.stub_service import StubService

INFER = "/endpoints/open/infer"
LATER = {"Prefer": "respond-async"}


@pytest.fixture
def replica():
    with StubService() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as running:
        yield running


def later(gateway, body, headers=LATER, path=INFER):
    answer = gateway.http.post(path, json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()["response_id"]


def test_a_job_is_accepted_at_once_polled_and_answered(gateway, replica):
    accepted = gateway.http.post(
        INFER + "?x=1", json={"do": "slow"}, headers={"X-OctoAI-Async": "1"}
    )
    job = accepted.json()
    replica.next_started()
    running = gateway.http.get(job["poll_url"]).json()
    early = gateway.http.get(f"{job['poll_url']}/response")
    replica.release()
    ended = gateway.job_ended(job["response_id"]).json()

    assert accepted.status_code == 202
    assert job["poll_url"] == f"{gateway.url}/jobs/{job['response_id']}"
    assert running == {"status": "running"}
    assert early.status_code == 409
    assert ended == {"status": "completed", "response_url": f"{job['poll_url']}/response"}
    assert gateway.http.get(ended["response_url"]).json() == {"output": "rested"}


def test_the_service_is_told_the_jobs_id_and_nothing_of_the_caller(gateway, replica):
    job = later(gateway, {"word": "x"}, LATER | gateway.authorization)
    gateway.job_ended(job)

    [call] = replica.calls
    assert call["headers"]["inkcloud-job"] == job
    assert (call["path"], json.loads(call["body"])) == ("/infer", {"word": "x"})
    assert gateway.token not in json.dumps(call)


@pytest.mark.parametrize(
    "headers",
    [
        {"Prefer": "wait=10, Respond-Async"},
        {"prefer": "respond-async;x"},
        {"x-octoai-async": "true"},
    ],
)
def test_each_way_to_ask_for_a_job(gateway, headers):
    later(gateway, {}, headers)


@pytest.mark.parametrize("headers", [{"X-OctoAI-Async": "0"}, {"Prefer": "return=minimal"}])
def test_what_does_not_ask_for_a_job(gateway, headers):
    assert gateway.http.post(INFER, json={}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("do", "status", "code"),
    [
        ("refuse", 422, "invalid_request"),
        ("reject", 422, "invalid_request"),
        ("crash", 500, "error"),
        ("picture", 500, "error"),
        ("die always", 502, "replica_lost"),
    ],
)
def test_a_job_that_failed_is_told_by_an_error_status(gateway, do, status, code):
    job = later(gateway, {"do": do})

    look, response = gateway.job_ended(job), gateway.http.get(f"/jobs/{job}/response")

    for answer in (look, response):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("do", "calls"), [("die once", 2), ("die often", 5)])
def test_a_job_whose_replica_is_lost_is_sent_again(gateway, replica, do, calls):
    job = later(gateway, {"do": do})

    assert gateway.job_ended(job).status_code == 200
    assert gateway.http.get(f"/jobs/{job}/response").json() == {"output": "alive"}
    assert len(replica.calls) == calls


def test_a_job_that_is_cancelled_stops_at_the_replica(gateway, replica):
    job = later(gateway, {"do": "slow"})
    replica.next_started()

    cancelled = gateway.http.delete(f"/jobs/{job}")

    assert cancelled.status_code == 204
    assert replica.next_gone() == "slow"
    assert gateway.http.get(f"/jobs/{job}").json()["code"] == "cancelled"
    assert gateway.http.delete(f"/jobs/{job}").status_code == 204


def test_a_job_ends_with_its_deadline_which_counts_from_its_acceptance(gateway, replica):
    job = later(gateway, {"do": "slow"}, LATER | {"Inkcloud-Deadline": "0.2"})

    ended = gateway.job_ended(job)

    assert (ended.status_code, ended.json()["code"]) == (504, "deadline_exceeded")
    assert replica.next_gone() == "slow"


def test_an_unfinished_job_is_done_after_a_restart_once(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as first:
        done = later(first, {"name": "done"})
        first.job_ended(done)
        unfinished = later(first, {"do": "slow", "name": "unfinished"})
        replica.next_started()
    assert replica.next_gone() == "unfinished"
    replica.release()
    sent = len(replica.calls)

    with RunningGateway(tmp_path, StubReplicas(replica)) as second:
        ended = second.job_ended(unfinished)
        again = second.http.get(f"/jobs/{done}")

    assert (ended.status_code, again.status_code) == (200, 200)
    names = [json.loads(call["body"])["name"] for call in replica.calls[sent:]]
    assert names == ["unfinished"]


def test_a_job_whose_first_end_is_kept_never_changes(gateway):
    """A second finish, as a zombie of an earlier gateway might try, is without effect."""
    job = gateway.job("open")

    kept = gateway.jobs.finish(job, JobState.FAILED, error={"code": "error", "message": "late"})

    assert kept.state is JobState.SUCCEEDED
    assert gateway.http.get(f"/jobs/{job}").json()["status"] == "completed"


class TestIdempotencyKeys:
    def test_the_same_call_again_is_the_same_job(self, gateway, replica):
        headers = LATER | {"Idempotency-Key": "k1"}

        jobs = {
            later(gateway, {"a": 1, "b": 2}, headers),
            later(gateway, {"b": 2, "a": 1}, headers),
        }
        gateway.job_ended(next(iter(jobs)))
        jobs.add(later(gateway, {"a": 1, "b": 2}, headers))

        assert len(jobs) == 1
        assert len(replica.calls) == 1

    def test_another_call_with_the_key_is_refused(self, gateway, replica):
        headers = LATER | {"Idempotency-Key": "k1"}
        later(gateway, {"a": 1}, headers)

        answer = gateway.http.post(INFER, json={"a": True}, headers=headers)

        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")

    def test_callers_at_the_same_moment_share_one_job(self, gateway, replica):
        headers = LATER | {"Idempotency-Key": "k1"}
        with gateway.background() as run:
            futures = [run(later, gateway, {"a": 1}, headers) for _ in range(8)]
            jobs = {future.result() for future in futures}

        gateway.job_ended(next(iter(jobs)))
        assert len(jobs) == 1
        assert len(replica.calls) == 1

    def test_a_key_belongs_to_one_caller(self, gateway):
        other, _ = gateway.tokens.create("other")
        headers = LATER | {"Idempotency-Key": "k1"}

        mine = later(gateway, {}, headers | gateway.authorization)
        theirs = later(gateway, {}, headers | {"Authorization": f"Bearer {other}"})

        assert mine != theirs

    def test_at_once_the_answer_is_repeated_and_not_made_again(self, gateway, replica):
        headers = {"Idempotency-Key": "k1"}

        first = gateway.http.post(INFER, json={"a": 1}, headers=headers)
        second = gateway.http.post(INFER, json={"a": 1}, headers=headers)

        assert (first.status_code, first.content) == (200, second.content)
        assert len(replica.calls) == 1

    def test_at_once_a_call_that_is_at_work_is_a_conflict(self, gateway, replica):
        headers = {"Idempotency-Key": "k1"}
        with gateway.background() as run:
            first = run(gateway.http.post, INFER, json={"do": "slow"}, headers=headers)
            replica.next_started()
            second = gateway.http.post(INFER, json={"do": "slow"}, headers=headers)
            replica.release()

        assert second.status_code == 409
        assert first.result().json() == {"output": "rested"}

    @pytest.mark.parametrize("key", ["", "x" * 201, "caf\u00e9"])
    def test_a_key_that_is_not_allowed_is_named(self, gateway, key):
        headers = [(b"Idempotency-Key", key.encode())]

        answer = gateway.http.post(INFER, json={}, headers=headers)

        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [(b"[]", 400, "body"), (b"\x00", 400, "body"), (b'{"stream": true}', 422, "stream")],
)
def test_a_body_that_cannot_be_kept_is_named(gateway, replica, content, status, field):
    answer = gateway.http.post(INFER, content=content, headers=LATER)

    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert replica.calls == []


def test_a_paused_endpoint_accepts_no_jobs(gateway):
    gateway.http.post("/endpoints/open/pause", headers=gateway.authorization)

    assert gateway.http.post(INFER, json={}, headers=LATER).status_code == 409


def test_a_generation_is_polled_and_answered_as_a_job_too(gateway, replica):
    view = gateway.submit("slow squid", seed=5)
    assert gateway.http.get(f"/jobs/{view['id']}").json()["status"] in {"pending", "running"}
    replica.release()
    gateway.ended(view)

    answer = gateway.http.get(f"/jobs/{view['id']}/response").json()

    assert base64.b64decode(answer["image_0"]) == tiny_png(seed=5)


def test_only_calls_are_listed_as_calls(gateway):
    job = gateway.job("open")
    view = gateway.ended(gateway.submit("x"))

    calls = [each.id for each in gateway.jobs.newest("open", "", 10, JobKind.CALL)]
    listed = gateway.http.get("/endpoints/open/generations", headers=gateway.authorization).json()

    assert calls == [job]
    assert [each["id"] for each in listed["generations"]] == [view["id"]]
