"""The log: a line of JSON for each request, and never a token in it."""

import io
import json
import logging

import pytest

from inkcloud.domain.token import new_token
from inkcloud.gateway import json_log
from inkcloud.gateway.json_log import JsonLines, redact
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService


@pytest.fixture
def written():
    """Yield what the process logs, as `inkcloud up` writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def gateway(tmp_path, written):
    with StubService() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as running:

        @running.app.get("/broken")
        async def broken(key: str) -> None:
            message = f"it failed on {key}"
            raise RuntimeError(message)

        yield running


def requests(written):
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in lines if line["logger"] == "inkcloud.requests"]


def test_each_request_is_a_line_with_its_id_route_status_and_time(gateway, written):
    answer = gateway.http.get("/endpoints/shut?x=1", headers=gateway.authorization)
    current = gateway.http.get("/tokens/current", headers=gateway.authorization).json()
    gateway.http.get("/nothing/here")
    gateway.stop()

    found, _, missing = requests(written)
    assert found["request_id"] == answer.headers["x-request-id"]
    assert (found["method"], found["route"], found["status"]) == ("GET", "/endpoints/{name}", 200)
    assert (found["endpoint"], found["token"]) == ("shut", current["id"])
    assert found["ms"] > 0
    assert (missing["route"], missing["status"]) == ("", 404)


def test_a_caller_who_hangs_up_is_logged_as_gone(gateway, written):
    [replica] = gateway.parts.replicas.stubs
    with gateway.raw("POST /endpoints/open/infer", {"do": "slow"}):
        replica.next_started()
    replica.next_gone()
    gateway.stop()

    assert [line["status"] for line in requests(written)] == [499]


def leave_traces(gateway, token):
    """Send a token wherever a careless caller might."""
    http = gateway.http
    http.get("/endpoints", headers={"Authorization": f"Bearer {token}"})
    http.get("/endpoints", headers={"Authorization": f"Basic {token}"})
    http.get(f"/endpoints?token={token}")
    http.get(f"/endpoints/{token}/predict")
    http.get(f"/{token}")
    http.post("/endpoints/open/infer", json={"do": "crash", "token": token})
    http.post("/endpoints/open/generations", json={"prompt": token, token: token})
    http.get(f"/broken?key={token}")


def test_no_token_is_ever_written(gateway, written):
    token = new_token()

    leave_traces(gateway, token)
    gateway.stop()

    assert len(requests(written)) == 8
    assert "it failed on [token]" in written.getvalue()
    assert token not in written.getvalue()
    assert token[4:] not in written.getvalue()


def test_the_test_above_would_find_a_token(gateway, written, monkeypatch):
    """The negative control: without the striking out, the traceback holds the token."""
    monkeypatch.setattr(json_log, "redact", lambda text: text)
    token = new_token()

    gateway.http.get(f"/broken?key={token}")

    assert token in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{}!",
        "x={}&y=1",
        "Authorization: Bearer {}",
        "authorization: bearer anything-at-all",
        "{'Authorization': 'Basic dXNlcjpwYXNz'}",
        '"{}"',
    ],
)
def test_tokens_are_struck_out_of_any_text(text):
    token = new_token()

    struck = redact(text.replace("{}", token))

    assert "[token]" in struck
    for secret in (token, token[4:30], "anything", "dXNlcj"):
        assert secret not in struck


def test_plain_text_stays_as_it_is():
    text = "Request req_12 of inkcloud.services failed: the bearer of news, at basic level."

    assert redact(text).startswith("Request req_12 of inkcloud.services failed")
