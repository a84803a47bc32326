"""An accepted job outlasts a pause of its endpoint, and a restart in between."""

import pytest

from inkcloud.control.jobs import ATTEMPTS
from inkcloud.control.ports import ReplicaState
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas
from support.stub_service import StubService

LATER = {"Prefer": "respond-async", "X-OctoAI-Async": "1"}
KINDS = pytest.mark.parametrize(
    ("stub", "path", "field"),
    [
        (StubService, "/endpoints/open/infer", "do"),
        (StubReplica, "/endpoints/open/generations", "prompt"),
    ],
    ids=["call", "generation"],
)


class LostByPauses(StubReplicas):
    """Says that a pause is why each of the first six replicas is lost."""

    pauses = 6

    def state(self, name: str) -> ReplicaState:
        return ReplicaState.PAUSED if self.asked <= self.pauses else ReplicaState.RUNNING


def later(gateway, path, body):
    answer = gateway.http.post(path, json=body, headers=LATER)
    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    return accepted.get("response_id") or accepted["id"]


def status(gateway, job):
    return gateway.http.get(f"/jobs/{job}").json()["status"]


@KINDS
def test_an_accepted_job_waits_for_the_end_of_a_pause_and_of_a_restart(stub, path, field, tmp_path):
    with stub() as replica:
        paused = StubReplicas(replica, state=ReplicaState.PAUSED)
        with RunningGateway(tmp_path, paused) as first:
            job = later(first, path, {field: "x"})
            before = status(first, job)
        replicas = StubReplicas(replica, state=ReplicaState.PAUSED)
        with RunningGateway(tmp_path, replicas) as second:
            between = status(second, job)
            asked = paused.asked + replicas.asked
            replicas.current = ReplicaState.RUNNING
            ended = second.job_ended(job)

    assert (before, between, asked) == ("pending", "pending", 0)
    assert ended.status_code == 200


@KINDS
def test_what_a_pause_stops_is_sent_again_however_often(stub, path, field, tmp_path):
    with stub() as replica:
        replicas = LostByPauses(replica)
        with RunningGateway(tmp_path, replicas) as gateway:
            ended = gateway.job_ended(later(gateway, path, {field: "die always"}))

    assert ended.json()["code"] == "replica_lost"
    assert replicas.asked == LostByPauses.pauses + ATTEMPTS


@KINDS
def test_a_paused_endpoint_takes_no_new_work(stub, path, field, tmp_path):
    with stub() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as gateway:
        gateway.http.post("/endpoints/open/pause", headers=gateway.authorization)

        answer = gateway.http.post(path, json={field: "x"}, headers=LATER)

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "inkcloud endpoints start open" in answer.json()["detail"]


def test_a_paused_endpoint_takes_no_new_prediction_for_later(tmp_path):
    with StubReplica() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as gateway:
        gateway.http.post("/endpoints/open/pause", headers=gateway.authorization)

        answer = gateway.http.post("/endpoints/open/predict", json={"prompt": "x"}, headers=LATER)

    assert answer.status_code == 409


def test_who_waits_on_the_line_is_told_of_a_pause_at_once(tmp_path):
    paused = StubReplicas(state=ReplicaState.PAUSED)
    with RunningGateway(tmp_path, paused) as gateway:
        answer = gateway.http.post("/endpoints/open/predict", json={"prompt": "x"})

    assert answer.status_code == 409
