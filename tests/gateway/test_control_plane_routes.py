import json
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.access import Scope
from inkcloud.domain.log_line import LogLine
from support.dialect_gateway import DEFAULT, dialect_gateway, make_default_private
from support.stub_replica import StubReplica

NEW = {"image_url": "template:stub", "port": 8080}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with (
        StubReplica() as replica,
        dialect_gateway(tmp_path_factory.mktemp("data"), replica) as running,
    ):
        yield running


class Client:
    def __init__(self, gateway, **token):
        self._http = gateway.http
        self._headers = {"Authorization": f"Bearer {gateway.tokens.create(**token)[0]}"}

    def __call__(self, method, path, body=None, **query):
        return self._http.request(
            method, f"/v1{path}", json=body, params=query, headers=self._headers
        )


@pytest.fixture
def ask(gateway):
    return Client(gateway)


def test_an_endpoints_life(gateway, ask):
    created = ask("POST", "/endpoint", NEW | {"name": "life", "scale_to_zero": 60})
    found = ask("GET", "/endpoint/life").json()
    listed = ask("GET", "/endpoints").json()
    changed = ask("PATCH", "/endpoint/life", {"visibility": "public", "max_replicas": 2}).json()
    paused = ask("PATCH", "/endpoint/life", {"endpoint_state": "disabled"}).json()
    deleted = ask("DELETE", "/endpoint/life")
    gone = ask("GET", "/endpoint/life")

    assert created.status_code == 201
    assert created.json() == found
    assert found["endpoint"] == f"{gateway.url}/endpoints/life"
    assert (found["image_url"], found["scale_to_zero"]) == ("template:stub", 60)
    assert (found["min_replicas"], found["max_replicas"], found["visibility"]) == (0, 3, "private")
    assert [r["status"] for r in found["replicas"]] == ["running"]
    assert "life" in {endpoint["name"] for endpoint in listed}
    assert (changed["visibility"], changed["max_replicas"]) == ("public", 2)
    assert paused["endpoint_state"] == "disabled"
    assert set(deleted.json()) == {"message"}
    assert (gone.status_code, set(gone.json())) == (404, {"message", "code"})


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (NEW | {"name": "Bad"}, 422, "name"),
        (NEW | {"name": "a", "image_url": "docker.io/nginx"}, 422, "Containers are not run"),
        (NEW | {"name": "a", "image_url": "template:none"}, 422, "image_url"),
        (NEW | {"name": "a", "max_replicas": 0}, 422, "max_replicas"),
        (NEW | {"name": "a", "scale_to_zero": -1}, 422, "scale_to_zero"),
        (NEW | {"name": "a", "env_overrides": {"A-B": "x"}}, 422, "env_overrides"),
        (NEW | {"name": "a", "env_overrides": {"APP_A": None}}, 422, "env_overrides"),
        (NEW | {"name": "a", "container_secrets": ["x"]}, 422, "container_secrets"),
        (NEW | {"name": "open"}, 409, "open"),
        ({"name": "a"}, 422, "image_url"),
    ],
)
def test_what_cannot_be_created_is_refused_in_words(ask, body, status, words):
    answer = ask("POST", "/endpoint", body)

    assert answer.status_code == status, answer.text
    assert words in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"min_replicas": 9}, "min_replicas"),
        ({"image_url": "template:none"}, "image_url"),
        ({"name": "other"}, "name"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words(ask, body, word):
    answer = ask("PATCH", "/endpoint/open", body)

    assert (answer.status_code, word in answer.json()["message"]) == (422, True)


def test_settings_that_run_code_need_the_scope_for_code(gateway, ask):
    manager = Client(gateway, scopes=[Scope.MANAGE, Scope.READ])
    wanted = NEW | {"name": "code", "env_overrides": {"PYTHONPATH": "/tmp"}}

    assert manager("POST", "/endpoint", wanted).status_code == 403
    assert manager("POST", "/endpoint", NEW | {"name": "code"}).status_code == 201
    change = {"env_overrides": wanted["env_overrides"]}
    assert manager("PATCH", "/endpoint/code", change).status_code == 403
    assert ask("PATCH", "/endpoint/code", change).status_code == 200


def test_settings_are_shown_to_managers_only(gateway, ask):
    ask("POST", "/endpoint", NEW | {"name": "keys", "env_overrides": {"APP_KEY": "x"}})
    reader = Client(gateway, scopes=[Scope.READ])

    assert ask("GET", "/endpoint/keys").json()["env_overrides"]["APP_KEY"] == "x"
    assert reader("GET", "/endpoint/keys").json()["env_overrides"] == {}


def test_a_token_lists_only_what_it_may_see(gateway):
    limited = Client(gateway, endpoint="shut")
    user = Client(gateway, scopes=[Scope.PREDICT])

    assert [e["name"] for e in limited("GET", "/endpoints").json()] == ["shut"]
    assert user("GET", "/endpoints").json() == []


def test_public_endpoints_are_everybodys_and_the_default_one_is_the_demonstration(gateway):
    listed = gateway.http.get("/v1/public-endpoints").json()
    addresses = {each["name"]: each["endpoint"] for each in listed}

    assert "shut" not in addresses
    assert addresses["open"] == f"{gateway.url}/endpoints/open"
    assert addresses["stable-diffusion-demo"] == addresses[DEFAULT]
    assert all("env_overrides" not in each for each in listed)


def test_without_a_public_default_endpoint_there_is_no_demonstration(tmp_path):
    with StubReplica() as replica, dialect_gateway(tmp_path, replica) as gateway:
        make_default_private(gateway)

        listed = gateway.http.get("/v1/public-endpoints").json()

    assert [each["name"] for each in listed] == ["open"]


def test_logs_are_those_of_a_time_and_a_replica(gateway, ask):
    now = datetime.now(UTC)
    gateway.parts.replicas.log[:] = [
        LogLine(at=now + timedelta(seconds=s), replica=f"open-{s % 2}", text=f"line {s}")
        for s in range(6)
    ]

    def lines(**query):
        return [line["data"] for line in ask("GET", "/logs/open", **query).json()]

    assert lines() == [f"line {s}" for s in range(6)]
    assert lines(max_lines=2) == ["line 4", "line 5"]
    assert lines(replica_id="open-1") == ["line 1", "line 3", "line 5"]
    begin, end = now + timedelta(seconds=1), now + timedelta(seconds=3)
    assert lines(begin_time=begin.isoformat(), end_time=end.isoformat())[-1] == "line 3"


def test_logs_can_be_followed(gateway, ask):
    now = datetime.now(UTC)
    gateway.parts.replicas.log[:] = [LogLine(at=now, replica="open-0", text="hello")]

    answer = ask("GET", "/logs/open/stream")

    assert [json.loads(line)["data"] for line in answer.text.splitlines()] == ["hello"]


def test_events_are_those_of_the_endpoint(gateway, ask):
    for number in range(3):
        gateway.parts.events._table.add("open", f"open-{number}", "started", "It started.")

    events = ask("GET", "/events/open").json()
    one = ask("GET", "/events/open", replica_id="open-1").json()

    assert [event["event"]["type"] for event in events] == ["started"] * 3
    assert [event["replica_id"] for event in one] == ["open-1"]


@pytest.mark.parametrize("what", ["logs", "events"])
@pytest.mark.parametrize("query", [{"max_lines": 0}, {"begin_time": "now"}])
def test_a_bad_window_is_refused_in_words(ask, what, query):
    answer = ask("GET", f"/{what}/open", **query)

    assert (answer.status_code, next(iter(query)) in answer.json()["message"]) == (422, True)


def test_this_machine_is_the_only_type_of_instance(ask):
    [only] = ask("GET", "/instance-types").json()

    assert only["vcpu"] >= 1
    assert only["ram"] >= 1
    wanted = NEW | {"name": "i", "instance_type": only["instance_name"]}
    assert ask("POST", "/endpoint", wanted).status_code == 201


@pytest.mark.parametrize("path", ["/secrets", "/registry-credentials"])
def test_what_there_is_none_of_is_an_empty_list(ask, path):
    assert ask("GET", path).json() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/account"),
        ("POST", "/account"),
        ("PATCH", "/account"),
        ("POST", "/secret"),
        ("GET", "/secret/a"),
        ("PUT", "/secret/a"),
        ("DELETE", "/secret/a"),
        ("POST", "/registry-credential"),
        ("GET", "/registry-credential/a"),
        ("PUT", "/registry-credential/a"),
        ("DELETE", "/registry-credential/a"),
        ("GET", "/endpoint/open/container/metadata"),
        ("GET", "/endpoint/open/volume_token"),
    ],
)
def test_what_there_is_not_is_said_so(ask, method, path):
    answer = ask(method, path, {})

    assert answer.status_code == 404
    assert len(answer.json()["message"]) > 20
