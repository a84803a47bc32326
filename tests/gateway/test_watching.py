"""Logs, events and figures of an endpoint, also while they come."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from inkcloud.domain.log_line import LogLine
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService

START = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def replicas():
    with StubService() as replica:
        replicas = StubReplicas(replica)
        replicas.log = [
            LogLine(at=START + timedelta(seconds=n), replica=f"open-{n % 2}", text=f"line {n}")
            for n in range(6)
        ]
        yield replicas


@pytest.fixture
def gateway(replicas, tmp_path):
    with RunningGateway(tmp_path, replicas) as running:
        running.http.headers = running.authorization
        yield running


def note(gateway, kind, endpoint="open"):
    """Have the gateway's own loop keep an event, as the runtime does."""
    text = f"it was {kind}"
    gateway.call_soon(gateway.events.note, endpoint, f"{endpoint}-0", kind, text, START)


def test_the_newest_lines_are_given_oldest_first(gateway):
    lines = gateway.http.get("/endpoints/open/logs?lines=2").json()["logs"]

    assert [line["text"] for line in lines] == ["line 4", "line 5"]
    assert lines[0]["replica"] == "open-0"
    assert datetime.fromisoformat(lines[0]["at"]) == START + timedelta(seconds=4)


def test_the_lines_of_one_replica(gateway):
    lines = gateway.http.get("/endpoints/open/logs?replica=open-1").json()["logs"]

    assert [line["text"] for line in lines] == ["line 1", "line 3", "line 5"]


def test_lines_are_followed_as_data(gateway):
    with gateway.http.stream("GET", "/endpoints/open/logs?follow=true&lines=6") as answer:
        lines = [json.loads(line[6:]) for line in answer.iter_lines() if line]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line["text"] for line in lines] == [f"line {n}" for n in range(6)]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("logs?lines=0", "lines"),
        ("logs?lines=1001", "lines"),
        ("logs?follow=maybe", "follow"),
        ("events?limit=x", "limit"),
    ],
)
def test_a_bad_query_is_named(gateway, path, field):
    answer = gateway.http.get(f"/endpoints/open/{path}")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_events_are_followed_and_kept(gateway):
    note(gateway, "started")
    with gateway.http.stream("GET", "/endpoints/open/events?follow=true") as answer:
        lines = (json.loads(line[6:]) for line in answer.iter_lines() if line)
        assert next(lines)["kind"] == "started"
        note(gateway, "elsewhere", "shut")
        note(gateway, "ready")
        event = next(lines)

    assert (event["kind"], event["replica"], event["text"]) == ("ready", "open-0", "it was ready")
    kept = gateway.http.get("/endpoints/open/events").json()["events"]
    assert [event["kind"] for event in kept] == ["started", "ready"]
    newest = gateway.http.get("/endpoints/open/events?limit=1").json()["events"]
    assert [event["kind"] for event in newest] == ["ready"]


def test_followers_are_let_go_when_the_gateway_stops(replicas, tmp_path):
    with RunningGateway(tmp_path, replicas) as gateway:
        headers = gateway.authorization
        path = "/endpoints/open/events?follow=true"
        note(gateway, "started")
        with gateway.http.stream("GET", path, headers=headers) as answer:
            lines = answer.iter_lines()
            next(lines)
            gateway.stop()
            assert not [line for line in lines if line]


class TestMetrics:
    def families(self, gateway):
        text = gateway.http.get("/metrics").text
        return {family.name: family for family in text_string_to_metric_families(text)}

    def test_requests_and_latency_are_counted_by_route(self, gateway):
        for _ in range(3):
            gateway.http.post("/endpoints/open/infer", json={})
        gateway.http.get("/endpoints/gone")

        families = self.families(gateway)

        counts = {
            (s.labels["endpoint"], s.labels["route"], s.labels["status"]): s.value
            for s in families["inkcloud_requests"].samples
            if s.name.endswith("_total")
        }
        assert counts["open", "/endpoints/{name}/infer", "200"] == 3
        assert counts["", "/endpoints/{name}", "404"] == 1
        names = {sample.name for sample in families["inkcloud_request_seconds"].samples}
        assert "inkcloud_request_seconds_bucket" in names

    def test_replicas_queues_and_memory_are_measured(self, gateway):
        families = self.families(gateway)

        ready = [
            s.value
            for s in families["inkcloud_replicas"].samples
            if s.labels == {"endpoint": "open", "state": "ready"}
        ]
        assert ready == [1]
        assert {"inkcloud_queue_length", "inkcloud_in_flight"} <= set(families)
        assert "inkcloud_gateway_process_resident_memory_bytes" in families

    def test_what_replicas_report_is_passed_on_under_their_own_name_only(self, gateway):
        families = self.families(gateway)

        [total] = [
            s.value
            for s in families["inkcloud_engine_batch_rows"].samples
            if s.name.endswith("_sum") and s.labels["endpoint"] == "open"
        ]
        assert total == 12
        values = [sample.value for sample in families["inkcloud_requests"].samples]
        assert 99 not in values

    def test_no_label_holds_a_path_or_a_token(self, gateway):
        gateway.http.get(f"/endpoints/{gateway.token}")
        gateway.http.get("/some/unknown/path")

        text = gateway.http.get("/metrics").text

        assert gateway.token not in text
        assert "unknown" not in text

    def test_an_endpoints_recent_past_is_given_as_points(self, gateway):
        gateway.http.post("/endpoints/open/infer", json={})
        gateway.http.post("/endpoints/open/infer", json={"do": "crash"})
        gateway.sample()

        series = gateway.http.get("/endpoints/open/metrics").json()

        [point] = series["points"]
        assert series["interval_seconds"] > 0
        assert (point["requests"], point["faults"], point["replicas"]) == (2, 1, 1)
        assert point["seconds_median"] > 0
        assert point["batch_rows"] == 3
        assert point["step_seconds"] is None
