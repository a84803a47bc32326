"""Any path of an endpoint's service: passed on as it is, and nothing that is not its business."""

import json

import httpx2
import pytest

from inkcloud.control.ports import ReplicaState
from inkcloud.gateway.settings import Settings
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas, tiny_png
from support.stub_service import StubService
from support.waiting import wait_until

INFER = "/endpoints/open/infer"


@pytest.fixture
def replica():
    with StubService() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    settings = Settings(image_body_bytes=100_000)
    with RunningGateway(tmp_path, StubReplicas(replica), settings) as running:
        yield running


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_method_path_query_and_body_reach_the_service_as_they_were(gateway, replica, method):
    path = "/files/a%20b/..%2Fc/%C3%A9/%00;v=1"

    answer = gateway.http.request(
        method, f"/endpoints/open{path}?x=1&x=%2F%20&y", content=b"\x00\xff not JSON"
    )

    [call] = replica.calls
    assert answer.status_code == 200
    assert answer.headers["x-of-the-service"] == "yes"
    assert (call["method"], call["path"], call["query"]) == (method, path, "x=1&x=%2F%20&y")
    assert call["body"] == "\x00\xff not JSON"
    assert answer.headers["x-request-id"]


def test_a_form_with_a_file_reaches_the_service(gateway, replica):
    gateway.http.post(
        "/endpoints/open/upload", files={"picture": ("a.png", tiny_png(seed=1), "image/png")}
    )

    [call] = replica.calls
    assert call["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert "a.png" in call["body"]


def test_tokens_and_cookies_end_at_the_gateway(gateway, replica):
    secrets = {
        "Authorization": f"Bearer {gateway.token}",
        "Proxy-Authorization": "Basic c2VjcmV0",
        "Cookie": "_streamlit_xsrf=secret",
        "Referer": "http://localhost:8501/?token=secret",
        "Origin": "http://localhost:8501",
        "X-Own": "kept",
    }

    gateway.http.post(INFER, json={}, headers=secrets)

    [call] = replica.calls
    assert call["headers"]["x-own"] == "kept"
    assert gateway.token not in json.dumps(call)
    assert "secret" not in json.dumps(call)
    assert not {"authorization", "cookie", "origin", "referer"} & set(call["headers"])
    assert call["headers"]["host"].startswith("127.0.0.1")


def test_a_service_sets_no_cookies_and_opens_nothing_to_other_pages(gateway):
    answer = gateway.http.post(INFER, json={"do": "cookies"})

    assert "set-cookie" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_bytes_that_are_no_json_come_back_as_they_are(gateway):
    answer = gateway.http.post(INFER, json={"do": "picture"})

    assert (answer.content, answer.headers["content-type"]) == (tiny_png(seed=1), "image/png")


def test_an_error_of_the_service_is_a_problem_and_one_of_its_own_stays_as_it_is(gateway):
    ours = gateway.http.post(INFER, json={"do": "refuse"})
    own = gateway.http.post(INFER, json={"do": "reject"})

    assert ours.status_code == 422
    assert ours.headers["content-type"] == "application/problem+json"
    assert (ours.json()["field"], ours.json()["allowed"]) == ("volume", "at most 10")
    assert ours.json()["request_id"] == ours.headers["x-request-id"]
    assert (own.status_code, own.json()) == (418, {"detail": "I am a teapot."})


def test_a_replica_that_is_not_ready_is_asked_again(gateway, replica):
    answer = gateway.http.post(INFER, json={"do": "busy once"})

    assert (answer.status_code, len(replica.calls)) == (200, 2)


def test_a_call_that_a_replica_may_have_taken_is_not_sent_twice(gateway, replica):
    with pytest.raises(httpx2.RemoteProtocolError):
        gateway.http.post(INFER, json={"do": "die always"})

    assert len(replica.calls) == 1


def test_events_come_as_they_are_made_and_end_as_the_service_ends_them(gateway, replica):
    with gateway.http.stream("POST", INFER, json={"do": "events"}) as answer:
        lines = answer.iter_lines()
        assert next(lines) == 'data: {"part": 1}'
        replica.release()
        rest = [line for line in lines if line]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert rest == ['data: {"part": 2}', "data: [DONE]"]


@pytest.mark.parametrize("what", ["slow", "events"])
def test_hanging_up_ends_the_work_at_the_replica(gateway, replica, what):
    with gateway.raw(f"POST {INFER}", {"do": what}):
        replica.next_started()

    assert replica.next_gone() == what


def test_a_deadline_ends_the_work_at_the_replica(gateway, replica):
    answer = gateway.http.post(INFER, json={"do": "slow"}, headers={"Inkcloud-Deadline": "0.2"})

    assert answer.status_code == 504
    assert answer.json()["field"] == "Inkcloud-Deadline"
    assert replica.next_gone() == "slow"


@pytest.mark.parametrize("text", ["0", "-1", "NaN", "Infinity", "soon", "1e9", ""])
def test_a_bad_deadline_is_named(gateway, replica, text):
    answer = gateway.http.post(INFER, json={}, headers={"Inkcloud-Deadline": text})

    assert (answer.status_code, answer.json()["field"]) == (422, "Inkcloud-Deadline")
    assert replica.calls == []


def test_a_body_is_bounded(gateway, replica):
    assert gateway.http.post(INFER, content=b" " * 100_000).status_code == 200
    assert gateway.http.post(INFER, content=b" " * 100_001).status_code == 413
    assert len(replica.calls) == 1


def test_calls_beyond_the_replicas_places_wait_for_one(replica, tmp_path):
    replicas = StubReplicas(replica, at_once=1)
    with RunningGateway(tmp_path, replicas) as gateway, gateway.background() as run:
        first = run(gateway.http.post, INFER, json={"do": "slow"})
        replica.next_started()
        second = run(gateway.http.post, INFER, json={})
        wait_until(lambda: replicas.load("open").waiting == 1)
        replica.release()

        assert [first.result().status_code, second.result().status_code] == [200, 200]
        # given back when the answer has been sent
        wait_until(lambda: not replicas.load("open").in_flight)


@pytest.mark.parametrize(
    ("state", "status"), [(ReplicaState.PAUSED, 409), (ReplicaState.STOPPED, 503)]
)
def test_an_endpoint_that_takes_no_requests_says_so(tmp_path, state, status):
    with RunningGateway(tmp_path, StubReplicas(state=state)) as gateway:
        answer = gateway.http.post(INFER, json={})
        health = gateway.http.get("/endpoints/open/healthcheck")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (health.status_code, health.json()["status"]) == (503, state.name)


def test_an_idle_endpoint_is_healthy_for_it_starts_at_the_first_request(tmp_path):
    with RunningGateway(tmp_path, StubReplicas(state=ReplicaState.IDLE)) as gateway:
        health = gateway.http.get("/endpoints/open/healthcheck")

    assert (health.status_code, health.json()["status"]) == (200, "IDLE")


def test_the_services_own_description_is_passed_on(gateway, replica):
    answer = gateway.http.get("/endpoints/shut/openapi.json", headers=gateway.authorization)

    assert answer.status_code == 200
    assert replica.calls[0]["path"] == "/openapi.json"


class TestHosts:
    """`NAME.localhost` is the endpoint itself."""

    def test_every_path_of_the_host_is_the_endpoints(self, gateway, replica):
        answer = gateway.http.get("/own?x=1", headers={"host": "open.localhost:8000"})

        assert answer.status_code == 200
        assert (replica.calls[0]["path"], replica.calls[0]["query"]) == ("/own", "x=1")
        assert "content-security-policy" not in answer.headers

    def test_the_gateways_other_routes_have_no_address_there(self, gateway, replica):
        for path in ("/tokens", "/endpoints/shut/own", "/docs", "/"):
            answer = gateway.http.get(path, headers={"host": "open.localhost"})
            assert answer.status_code == 200

        assert [call["path"] for call in replica.calls] == [
            "/tokens",
            "/endpoints/shut/own",
            "/docs",
            "/",
        ]

    def test_a_private_endpoint_stays_private(self, gateway):
        host = {"host": "shut.localhost"}

        assert gateway.http.get("/own", headers=host).status_code == 401
        assert gateway.http.get("/own", headers=host | gateway.authorization).status_code == 200

    @pytest.mark.parametrize("host", ["none.localhost", "a.open.localhost", "x_y.localhost"])
    def test_a_name_of_no_endpoint_looks_private(self, gateway, host):
        assert gateway.http.get("/own", headers={"host": host}).status_code == 401

    def test_addresses_in_answers_are_the_gateways(self, gateway):
        answer = gateway.http.post(
            "/infer", json={}, headers={"host": "open.localhost:81", "X-OctoAI-Async": "1"}
        )

        assert answer.json()["poll_url"].startswith("http://localhost:81/jobs/")

    def test_an_endpoints_page_may_call_its_own_host_only(self, gateway):
        def status(host, origin):
            headers = {"host": host, "origin": f"http://{origin}"}
            return gateway.http.post("/endpoints/open/infer", json={}, headers=headers).status_code

        assert status("open.localhost", "open.localhost") == 200
        assert status("localhost", "open.localhost") == 403
        assert status("shut.localhost", "open.localhost") == 403
        assert status("localhost", "localhost:8501") == 200
