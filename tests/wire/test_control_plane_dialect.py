from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.wire import control_plane
from inkcloud.wire.control_plane_body import EndpointCreate

NOW = datetime(2030, 1, 1, tzinfo=UTC)
MINE = Endpoint(name="mine", service="stub:Stub", template="stub")
NEW = {"name": "mine", "image_url": "template:stub", "port": 8080}


def test_a_new_endpoint_is_read_under_our_names():
    wanted = control_plane.decode_new(
        {
            **NEW,
            "image_url": "inkcloud/text-to-image:latest",
            "min_replicas": 1,
            "max_replicas": 2,
            "scale_to_zero": 60,
            "visibility": "public",
            "endpoint_state": "disabled",
            "env_overrides": {"A": "b", "N": 3, "F": True},
            "container_secrets": [],
            "instance_type": "local",
            "concurrency_per_replica": 4,
        }
    )

    assert (wanted.name, wanted.template) == ("mine", "text-to-image")
    assert wanted.values == {
        "min_replicas": 1,
        "max_replicas": 2,
        "timeout_seconds": 60,
        "public": True,
        "paused": True,
        "environment": {"A": "b", "N": "3", "F": "true"},
        "concurrency_per_replica": 4,
    }


@pytest.mark.parametrize(
    "image_url", ["docker.io/library/nginx", "stub", "", None, 3, "template:", "template:A/../b"]
)
def test_containers_are_refused(image_url):
    with pytest.raises(InvalidRequest) as caught:
        control_plane.decode_new({**NEW, "image_url": image_url})

    assert caught.value.field == "image_url"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"port": 0}, "port"),
        ({"port": "8080"}, "port"),
        ({"visibility": "hidden"}, "visibility"),
        ({"endpoint_state": "paused"}, "endpoint_state"),
        ({"container_secrets": ["A"]}, "container_secrets"),
        ({"registry_credential": "mine"}, "registry_credential"),
        ({"instance_type": "a10g.small"}, "instance_type"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_bad_value_is_named_as_it_was_written(change, field):
    with pytest.raises(InvalidRequest) as caught:
        control_plane.decode_new({**NEW, **change})

    assert caught.value.field == field


def test_an_endpoints_template_stays():
    assert control_plane.decode_change({"image_url": "inkcloud/stub"}, MINE) == {}
    with pytest.raises(InvalidRequest) as caught:
        control_plane.decode_change({"image_url": "template:other"}, MINE)
    assert caught.value.field == "image_url"


def test_what_is_answered_can_be_sent_back():
    answer = control_plane.encode(MINE, "http://host/endpoints/mine", [])
    changeable = {name: answer[name] for name in answer if name in control_plane.UPDATABLE}

    changed = MINE.changed(control_plane.decode_change(changeable, MINE))

    assert changed == MINE


@pytest.mark.parametrize(
    ("phase", "status", "ready"),
    [
        (ReplicaPhase.STARTING, "pending", False),
        (ReplicaPhase.READY, "running", True),
        (ReplicaPhase.FAILED, "failed", False),
        (ReplicaPhase.UNRESPONSIVE, "unknown", False),
        (ReplicaPhase.STOPPED, "succeeded", False),
    ],
)
def test_a_replica_has_octoais_words(phase, status, ready):
    since = datetime.now(UTC) - timedelta(seconds=90)
    replica = ReplicaStatus(name="mine-0", phase=phase, restarts=2, since=since)

    [view] = control_plane.encode(MINE, "http://x", [replica])["replicas"]

    assert (view["status"], view["restarts"], view["replica_id"]) == (status, 2, "mine-0")
    assert view["age"] >= 90 if ready else view["age"] == -1


def test_every_phase_has_a_word():
    for phase in ReplicaPhase:
        assert control_plane.encode_replica("x", ReplicaStatus(name="x-0", phase=phase))["status"]


def test_lines_and_events_have_octoais_form():
    line = control_plane.encode_line(LogLine(at=NOW, replica="mine-0", text="hello"))
    event = control_plane.encode_event(
        EndpointEvent(sequence=1, endpoint="mine", replica="", kind="paused", text="P.", at=NOW)
    )

    assert line == {"timestamp": NOW.isoformat(), "replica_id": "mine-0", "data": "hello"}
    assert event["event"]["type"] == "paused"
    assert event["event"]["details"] == {"text": "P."}


def test_a_window_is_read():
    window = control_plane.decode_window(
        {
            "begin_time": "2030-01-01T00:00:00Z",
            "end_time": "2030-01-02T00:00:00 01:00",
            "max_lines": "7",
            "replica_id": "mine-0",
        }
    )

    assert (window.begin, window.most, window.replica) == (NOW, 7, "mine-0")
    assert window.end == datetime(2030, 1, 1, 23, tzinfo=UTC)
    assert window.holds(NOW, "mine-0")
    assert not window.holds(NOW - timedelta(seconds=1), "mine-0")
    assert not window.holds(NOW + timedelta(days=1), "mine-0")
    assert not window.holds(NOW, "mine-1")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"max_lines": "0"}, "max_lines"),
        ({"max_lines": "1001"}, "max_lines"),
        ({"max_lines": "²"}, "max_lines"),
        ({"max_lines": "9" * 6000}, "max_lines"),
        ({"begin_time": "yesterday"}, "begin_time"),
        ({"end_time": ""}, "end_time"),
    ],
)
def test_a_bad_window_is_named(query, field):
    with pytest.raises(InvalidRequest) as caught:
        control_plane.decode_window(query)

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("timeout_seconds", "scale_to_zero"),
        ("environment", "env_overrides"),
        ("public", "visibility"),
        ("paused", "endpoint_state"),
        ("template", "image_url"),
        ("min_replicas", "min_replicas"),
    ],
)
def test_an_error_names_the_field_as_octoai_does(ours, theirs):
    error = control_plane.rename(InvalidRequest(f"The {ours} is wrong.", field=ours))

    assert (error.field, error.message) == (theirs, f"The {theirs} is wrong.")


def test_the_description_has_every_field():
    fields = set(EndpointCreate.model_json_schema()["properties"])

    assert fields == {*control_plane.UPDATABLE, "name", "port"}
