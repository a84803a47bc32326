"""Managing endpoints and tokens and calling services: both clients, the real gateway."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inkcloud.client import InkcloudClient
from inkcloud.domain.access import ALL_SCOPES, Scope
from inkcloud.domain.errors import (
    Conflict,
    DeadlineExceeded,
    Forbidden,
    InkcloudError,
    InvalidRequest,
    NotFound,
    Unauthorized,
)
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.preset import PresetKind
from inkcloud.storage.events import EventTable
from support.blocking_client import Blocking
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService
from support.waiting import wait_until


@pytest.fixture(scope="module")
def service():
    with StubService() as running:
        yield running


@pytest.fixture(scope="module")
def replicas(service):
    return StubReplicas(service)


@pytest.fixture(scope="module")
def gateway(replicas, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), replicas) as running:
        yield running


@pytest.fixture(params=[InkcloudClient, Blocking], ids=["sync", "async"])
def client(request, gateway, replicas, service):
    replicas.current = type(replicas.current).RUNNING
    service._released.clear()
    with request.param(gateway.url, token=gateway.token, endpoint="open") as opened:
        yield opened


@pytest.fixture
def mine(client):
    made = client.create_endpoint(
        "mine", template="stub", max_replicas=2, public=True, environment={"APP_A": "secret"}
    )
    yield made
    client.delete_endpoint("mine")


def test_an_endpoint_is_cloned_and_listed_with_its_fields(client, gateway, mine):
    assert mine.url == f"{gateway.url}/endpoints/mine"
    assert (mine.template, mine.service, mine.display_name) == ("stub", "stub:Stub", "A stub")
    assert (mine.min_replicas, mine.max_replicas, mine.timeout_seconds) == (0, 2, 300)
    assert (mine.public, mine.paused, mine.state) == (True, False, "running")
    assert mine.environment["APP_A"] == "secret"
    assert "secret" not in repr(mine)
    assert mine.created.tzinfo is not None
    assert [replica.phase for replica in mine.replicas] == ["ready"]
    assert {each.name for each in client.list_endpoints()} == {"open", "shut", "mine"}
    assert replace(client.get_endpoint("mine"), replicas=mine.replicas) == mine


def test_an_endpoint_is_changed_paused_and_started(client, mine, replicas):
    changed = client.update_endpoint("mine", min_replicas=1, display_name="Mine")
    paused = client.pause_endpoint("mine")
    started = client.start_endpoint("mine")

    assert (changed.min_replicas, changed.display_name, changed.max_replicas) == (1, "Mine", 2)
    assert (paused.paused, started.paused) == (True, False)
    assert replicas.applied[-1].min_replicas == 1


def test_deleting_removes_it(client, mine):
    client.delete_endpoint("mine")

    with pytest.raises(NotFound):
        client.get_endpoint("mine")
    client.create_endpoint("mine", template="stub")  # for the fixture to delete


@pytest.mark.parametrize(
    ("name", "fields", "error", "field"),
    [
        ("mine", {"template": "stub"}, Conflict, None),
        ("Not a name", {"template": "stub"}, InvalidRequest, "name"),
        ("other", {"template": "none"}, InkcloudError, "template"),
        ("other", {"template": "stub", "max_replicas": 1000}, InvalidRequest, "max_replicas"),
        ("other", {"template": "stub", "colour": "red"}, InvalidRequest, "colour"),
        ("other", {"template": "stub", "public": object()}, InvalidRequest, "public"),
    ],
)
def test_what_cannot_be_made_is_told_by_name(client, mine, name, fields, error, field):
    with pytest.raises(error) as caught:
        client.create_endpoint(name, **fields)

    assert field is None or caught.value.field == field


def test_a_strange_name_reaches_no_other_address(client):
    for name in ("../tokens", "..", "a/b", "%2e%2e"):
        with pytest.raises(NotFound):
            client.get_endpoint(name)
        with pytest.raises((NotFound, InkcloudError)):
            client.delete_endpoint(name)
    assert {"open", "shut"} <= {each.name for each in client.list_endpoints()}


def test_templates_are_listed_with_their_examples(client):
    [template] = client.list_templates()

    assert (template.name, template.title) == ("stub", "A stub")
    assert template.example == {"prompt": "x"}
    assert client.get_template("stub") == template
    with pytest.raises(NotFound):
        client.get_template("none")


def test_a_token_is_shown_once_used_listed_and_revoked(client, gateway):
    made = client.create_token(
        name="mine", scopes=[Scope.READ], endpoint="open", expires_seconds=3600
    )
    with InkcloudClient(gateway.url, token=made.token) as other:
        current = other.current_token()
        with pytest.raises(Forbidden):
            other.create_token()
        client.revoke_token(made.access.id)
        with pytest.raises(Unauthorized):
            other.current_token()
    listed = next(each for each in client.list_tokens() if each.id == made.access.id)

    assert made.token not in repr(made)
    assert made.token.startswith("ink_")
    assert (current.scopes, current.endpoint) == (frozenset({Scope.READ}), "open")
    assert current.expires is not None
    assert listed.revoked is not None
    assert client.current_token().scopes == ALL_SCOPES
    with pytest.raises(NotFound):
        client.revoke_token("tok_none")


def test_a_preset_is_saved_listed_and_removed(client):
    saved = client.save_preset("settings", "mine", {"num_inference_steps": 31})

    assert (saved.kind, saved.name) == (PresetKind.SETTINGS, "mine")
    assert saved.values == {"num_inference_steps": 31}
    assert client.list_presets() == (saved,)
    client.remove_preset(saved.id)
    assert client.list_presets() == ()
    with pytest.raises(NotFound):
        client.remove_preset(saved.id)


def test_somebodys_presets_are_apart_from_everybodys(client):
    own = client.save_preset("settings", "mine", {"seed": 1}, owner="ada@example.org")
    shared = client.save_preset("settings", "mine", {"seed": 2})

    assert client.list_presets("ada@example.org") == (own,)
    assert client.list_presets() == (shared,)
    for each in (own, shared):
        client.remove_preset(each.id)


def test_logs_and_events_are_read_and_followed(client, gateway, replicas):
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    replicas.log = [
        LogLine(at=at, replica="open-0", text="one"),
        LogLine(at=at, replica="open-1", text="two"),
    ]
    EventTable(gateway.database).add("open", "open-0", "ready", "It is ready.", at)

    lines = client.logs()
    others = client.logs("open", replica="open-1")
    followed = list(client.follow_logs("open"))
    events = client.follow_events("open")
    event = next(events)
    events.close()

    assert lines == tuple(replicas.log)
    assert [line.text for line in others] == ["two"]
    assert followed == replicas.log
    assert (event.kind, event.text, event.at) == ("ready", "It is ready.", at)
    assert event in client.events("open")


def test_metrics_and_the_services_own_description_are_fetched(client):
    assert client.metrics()["interval_seconds"] > 0
    assert client.openapi()["output"]["path"] == "/openapi.json"


def test_any_method_of_a_service_is_called(client, service):
    plain = client.infer({"text": "hi"}, path="/say/it")
    picture = client.infer({"do": "picture"})

    assert (plain["output"]["method"], plain["output"]["path"]) == ("POST", "/say/it")
    assert plain["output"]["body"] == '{"text": "hi"}'
    assert picture.startswith(b"\x89PNG")


def test_a_call_that_may_not_take_long_is_given_up(client, service):
    with pytest.raises(DeadlineExceeded):
        client.infer({"do": "slow", "name": "long"}, deadline_seconds=0.2)


@pytest.mark.parametrize(
    ("do", "words"), [("refuse", "Too loud"), ("reject", "418.*teapot"), ("crash", "500")]
)
def test_a_services_error_is_raised(client, do, words):
    with pytest.raises(InkcloudError, match=words):
        client.infer({"do": do})


def test_a_stream_comes_piece_by_piece(client, service):
    pieces = client.infer_stream({"do": "events"})
    first = next(pieces)
    service.release()

    assert [first, *pieces] == [{"part": 1}, {"part": 2}]


def test_a_job_is_handed_in_looked_at_and_fetched(client, service):
    job = client.infer_async({"do": "slow", "name": "a"}, idempotency_key=f"key-{id(client)}")
    while service.started.get() != "a":
        pass
    running = client.job(job.id)
    again = client.infer_async({"do": "slow", "name": "a"}, idempotency_key=f"key-{id(client)}")
    with pytest.raises(Conflict):
        client.job_response(job.id)
    service.release()
    wait_until(lambda: client.job(job.id).completed)
    done = client.job(job.id)

    assert (running.status, again.id, done.id) == ("running", job.id, job.id)
    assert job.poll_url.endswith(job.id)
    assert client.job_response(job.id) == {"output": "rested"}


def failure_of(client, job):
    """Ask until the job has ended badly."""
    try:
        wait_until(lambda: client.job(job).completed)
    except InkcloudError as error:
        return error
    message = "It has succeeded."
    raise AssertionError(message)


def test_a_job_is_cancelled_and_then_raises(client, service):
    job = client.infer_async({"do": "slow", "name": "b"})
    while service.started.get() != "b":
        pass

    client.cancel_job(job.id)

    assert failure_of(client, job.id).code == "cancelled"


def test_a_failed_job_raises_why(client):
    job = client.infer_async({"do": "refuse"})

    error = failure_of(client, job.id)

    assert isinstance(error, InvalidRequest)
    assert (error.message, error.field) == ("Too loud.", "volume")
    with pytest.raises(NotFound):
        client.job("gen_none")


def test_without_a_token_nothing_is_managed(gateway):
    with InkcloudClient(gateway.url) as stranger:
        assert not stranger.has_token
        for call in (stranger.list_endpoints, stranger.list_tokens, stranger.list_templates):
            with pytest.raises(Unauthorized):
                call()


@pytest.mark.parametrize("body", [b"[1]", b'{"tokens": 5}', b'{"tokens": [{}]}', b"no"])
def test_a_list_that_cannot_be_read_is_told(body):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                connection.sendall(head + body)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with InkcloudClient(url) as client, pytest.raises(InkcloudError, match="not a gateway's"):
            client.list_tokens()
        thread.join()


def test_models_are_listed_pulled_followed_checked_and_removed(client, gateway):
    [model] = client.list_models()
    pulled = client.pull_model("someone/sd", name="sd")
    told = list(client.follow_model_operation(pulled.id))
    checked = client.verify_model("inkling")

    assert (model.name, model.facts.family) == ("inkling", "Inkling")
    assert client.get_model("inkling") == model
    assert (pulled.kind, pulled.subject, pulled.state) == ("pull", "someone/sd", "running")
    assert (told[-1].state, told[-1].model, told[-1].progress.total) == ("succeeded", "sd", 2)
    assert client.model_operation(pulled.id) == told[-1]
    assert client.cancel_model_operation(pulled.id).state == "succeeded"
    assert {each.id for each in client.model_operations()} >= {pulled.id, checked.id}
    with pytest.raises(NotFound):
        client.remove_model("sd")
    with pytest.raises(Conflict):
        client.remove_model("inkling", force=True)
    with pytest.raises(InvalidRequest):
        client.pull_model("../x")
