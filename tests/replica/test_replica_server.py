import json
import socket

import pytest

from support.served import PATIENCE, served
from support.services import Counter, Echo, OpenEnded, Patient, Secretive, SlowSetup
from support.waiting import wait_until


@pytest.fixture(scope="module")
def echo():
    with served(Echo()) as server:
        yield server


def events_of(text):
    lines = [line for line in text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [line.removeprefix("data: ") for line in lines]


def test_infer_answers_in_the_envelope_with_its_times(echo):
    answer = echo.http.post("/infer", json={"word": "ink", "times": 2})

    assert answer.status_code == 200
    assert answer.json()["output"] == "inkink"
    analytics = answer.json()["analytics"]
    assert 0 <= analytics["inference_time_ms"] <= analytics["performance_time_ms"]


def test_index_healthcheck_and_facts(echo):
    assert echo.http.get("/").json() == {"docs": "/docs", "openapi": "/openapi.json"}
    assert echo.http.get("/openapi.json").status_code == 200
    health = echo.http.get("/healthcheck")
    assert (health.status_code, health.json()) == (
        200,
        {"status": "RUNNING", "async_enable": False},
    )
    assert echo.http.get("/facts").json() == {"longest": 7}


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "text/plain"])
def test_json_is_read_whatever_its_content_type(echo, content_type):
    headers = {} if content_type is None else {"content-type": content_type}

    answer = echo.http.post("/infer", content=b'{"word": "x"}', headers=headers)

    assert answer.json()["output"] == "x"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"word": NaN}',
        b'{"word": -Infinity}',
        b"[" * 100_000,
        b"1" * 5000,
        b'"' + b"x" * (11 * 1024 * 1024) + b'"',
    ],
    ids=["empty", "cut", "not utf-8", "nan", "infinity", "deep", "long number", "large"],
)
def test_a_body_that_is_not_json_is_400(echo, body):
    answer = echo.http.post("/infer", content=body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_request"


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "3"])
def test_json_that_is_not_an_object_is_422(echo, body):
    answer = echo.http.post("/infer", content=body)

    assert answer.status_code == 422
    assert answer.json()["field"] == "body"


@pytest.mark.parametrize(
    ("inputs", "field", "allowed"),
    [
        ({"word": "x", "wrod": 1}, "wrod", "any of word, times"),
        ({"self": 1, "word": "x"}, "self", "any of word, times"),
        ({"times": 1}, "word", "no default"),
    ],
)
def test_a_wrong_or_missing_input_is_422_and_named(echo, inputs, field, allowed):
    answer = echo.http.post("/infer", json=inputs)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert allowed in answer.json()["allowed"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1@evil.example"},
    ],
)
def test_web_pages_of_other_sites_are_kept_out(echo, headers):
    answer = echo.http.post("/infer", json={"word": "x"}, headers=headers)

    assert answer.status_code == 403


def test_a_page_of_this_machine_may_ask(echo):
    answer = echo.http.post("/infer", json={"word": "x"}, headers={"Origin": echo.address})

    assert answer.status_code == 200


def test_a_service_without_a_stream_says_so(echo):
    answer = echo.http.post("/stream", json={"word": "x"})

    assert answer.status_code == 404
    assert "/infer" in answer.json()["message"]


def test_open_ended_inputs_get_everything():
    with served(OpenEnded()) as server:
        answer = server.http.post("/infer", json={"a": 1, "b": None})

    assert answer.json()["output"] == {"a": 1, "b": None}


def test_an_unknown_error_is_opaque_but_logged(caplog):
    with served(Secretive()) as server:
        raised = server.http.post("/infer", json={})
        unspeakable = server.http.post("/infer", json={"unspeakable": True})

    for answer in (raised, unspeakable):
        assert answer.status_code == 500
        assert answer.json()["code"] == "error"
        assert "swordfish" not in answer.text
        assert "Traceback" not in answer.text
    request_id = raised.json()["message"].split()[-1].rstrip(".")
    [logged] = [entry for entry in caplog.records if request_id in entry.getMessage()]
    assert "swordfish" in str(logged.exc_info[1])


def test_stream_sends_ascii_data_lines_and_done():
    with served(Counter()) as server:
        answer = server.http.post("/stream", json={"count": 2})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content.isascii()
    *events, end = events_of(answer.text)
    assert [json.loads(event)["number"] for event in events] == [0, 1]
    assert json.loads(events[0])["text"] == "naïve\u2028café"
    assert end == "[DONE]"


def test_an_error_before_the_first_event_has_its_own_status():
    with served(Counter()) as server:
        refused = server.http.post("/stream", json={"count": -1})
        missing = server.http.post("/stream", json={})
        empty = server.http.post("/stream", json={"count": 0})

    assert (refused.status_code, refused.json()["field"]) == (422, "count")
    assert (missing.status_code, missing.json()["field"]) == (422, "count")
    assert events_of(empty.text) == ["[DONE]"]


def test_an_error_after_the_first_event_is_the_last_event():
    with served(Counter()) as server:
        answer = server.http.post("/stream", json={"count": 20})

    *_, failed, end = events_of(answer.text)
    assert json.loads(failed) == {
        "event": "failed",
        "error": {"code": "overloaded", "message": "Too many."},
    }
    assert end == "[DONE]"


@pytest.mark.parametrize("path", ["/infer", "/stream"])
def test_a_client_that_goes_ends_the_work(path, caplog):
    service = Patient()
    with served(service) as server:
        connection = server.raw_request(path)
        assert service.began.wait(PATIENCE)
        assert not service.ended.is_set()

        connection.close()

        assert service.ended.wait(PATIENCE)
        assert not service.release.is_set()
        # The server is none the worse for it, and nothing is counted as at work.
        assert server.http.get("/healthcheck").status_code == 200
        wait_until(lambda: server.host.idle)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_client_that_goes_before_its_body_is_sent_leaves_no_trace(caplog):
    with served(Patient()) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(
                b"POST /infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{"
            )
            wait_until(lambda: not server.host.idle)
        wait_until(lambda: server.host.idle)
        assert server.http.get("/healthcheck").status_code == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_the_health_check_answers_during_setup_and_work_is_refused():
    service = SlowSetup()
    with served(service, ready=False) as server:
        server.wait_until("SETUP_SERVICE")
        early = server.http.post("/infer", json={})
        early_facts = server.http.get("/facts")
        service.go_on.set()
        server.wait_until("RUNNING")
        later = server.http.post("/infer", json={})

    assert (early.status_code, early.json()) == (503, {"status": "SETUP_SERVICE"})
    assert early_facts.status_code == 503
    assert later.json()["output"] == "ready"


def test_a_drain_finishes_the_work_and_refuses_more():
    service = Patient()
    with served(service) as server:
        connection = server.raw_request("/infer")
        assert service.began.wait(PATIENCE)

        server.server.drain()
        health = server.http.get("/healthcheck")
        refused = server.http.post("/infer", json={})
        assert not service.was_shut_down.is_set()
        service.release.set()
        answer = connection.recv(65536)
        while b'"output"' not in answer:
            answer += connection.recv(65536)
        connection.close()
        server.thread.join(PATIENCE)

    assert (health.status_code, health.json()["status"]) == (503, "SHUTTING_DOWN")
    assert refused.status_code == 503
    assert b'"output":"done"' in answer
    assert service.was_shut_down.is_set()
    assert server.host.state == "STOPPED"


def test_work_that_outlasts_the_grace_is_cancelled():
    service = Patient()
    with served(service) as server:
        connection = server.raw_request("/infer")
        assert service.began.wait(PATIENCE)

        server.server.abandon()
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
        server.thread.join(PATIENCE)
        connection.close()

    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b'"code":"replica_lost"' in answer
    assert service.ended.is_set()
    assert not service.release.is_set()
    assert service.was_shut_down.is_set()
