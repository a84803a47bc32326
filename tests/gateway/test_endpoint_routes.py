"""Endpoints made, changed, paused and removed; what needs the scope deploy-code."""

import pytest

from inkcloud.domain.access import ALL_SCOPES, Scope
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService


@pytest.fixture
def replicas():
    with StubService() as replica:
        yield StubReplicas(replica)


@pytest.fixture
def gateway(replicas, tmp_path):
    with RunningGateway(tmp_path, replicas) as running:
        running.http.headers = running.authorization
        yield running


def create(gateway, **fields):
    return gateway.http.post("/endpoints", json={"name": "new", "template": "stub", **fields})


def without_code(gateway):
    token, _ = gateway.tokens.create("manager", ALL_SCOPES - {Scope.DEPLOY_CODE})
    return {"Authorization": f"Bearer {token}"}


def test_an_endpoint_is_made_from_a_template(gateway, replicas):
    answer = create(gateway, model="second", max_replicas=2, environment={"APP_A": "1"})

    view = answer.json()
    assert answer.status_code == 201
    assert view["url"] == f"{gateway.url}/endpoints/new"
    assert (view["service"], view["template"]) == ("stub:Stub", "stub")
    assert view["display_name"] == "A stub"
    assert view["environment"] == {"INKCLOUD_MODEL": "second", "APP_A": "1"}
    assert (view["min_replicas"], view["max_replicas"], view["public"]) == (0, 2, False)
    assert [replica["phase"] for replica in view["replicas"]] == ["ready"]
    assert replicas.applied[-1].name == "new"
    assert gateway.http.get("/endpoints/new").json()["max_replicas"] == 2


def test_an_endpoint_is_made_from_code(gateway, tmp_path):
    answer = gateway.http.post(
        "/endpoints",
        json={"name": "own", "service": "my.module:Mine", "code_folder": str(tmp_path)},
    )

    assert answer.status_code == 201
    assert answer.json()["code_folder"] == str(tmp_path)


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": "Bad Name"}, 422, "name"),
        ({"name": 3}, 422, "name"),
        ({"name": "open"}, 409, "name"),
        ({"template": "none"}, 404, "template"),
        ({"template": ""}, 422, "template"),
        ({"service": "a:B"}, 422, "template"),
        ({"template": "", "service": "no colon"}, 422, "service"),
        ({"template": "", "service": "a:B", "code_folder": "relative"}, 422, "code_folder"),
        ({"template": "", "service": "a:B", "code_folder": "/no/such"}, 422, "code_folder"),
        ({"code_folder": "/tmp"}, 422, "code_folder"),
        ({"max_replicas": 0}, 422, "max_replicas"),
        ({"min_replicas": 4}, 422, "min_replicas"),
        ({"min_replicas": True}, 422, "min_replicas"),
        ({"timeout_seconds": 3601}, 422, "timeout_seconds"),
        ({"concurrency_per_replica": "8"}, 422, "concurrency_per_replica"),
        ({"public": "yes"}, 422, "public"),
        ({"environment": ["A=1"]}, 422, "environment"),
        ({"environment": {"A": 1}}, 422, "environment"),
        ({"environment": {"A B": "1"}}, 422, "environment"),
        ({"health_check_path": "no"}, 422, "health_check_path"),
        ({"display_name": "\u0000"}, 422, "display_name"),
        ({"model": 3}, 422, "model"),
        ({"model": "\u0000"}, 422, "model"),
        ({"image_url": "x"}, 422, "image_url"),
        ({"created": "2020-01-01"}, 422, "created"),
    ],
)
def test_a_bad_field_is_named(gateway, replicas, fields, status, field):
    answer = create(gateway, **fields)

    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert answer.json()["allowed"]
    assert replicas.applied == []


def test_a_missing_name_is_named(gateway):
    answer = gateway.http.post("/endpoints", json={"template": "stub"})

    assert (answer.status_code, answer.json()["field"]) == (422, "name")


def test_changes_take_effect_and_are_kept(gateway, replicas):
    create(gateway)

    answer = gateway.http.patch(
        "/endpoints/new", json={"max_replicas": 5, "public": True, "model": "third"}
    )

    assert answer.status_code == 200
    assert replicas.applied[-1].max_replicas == 5
    view = gateway.http.get("/endpoints/new").json()
    assert (view["max_replicas"], view["public"]) == (5, True)
    assert view["environment"] == {"INKCLOUD_MODEL": "third"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "other"}, "name"),
        ({"service": "a:B"}, "service"),
        ({"max_replicas": None}, "max_replicas"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_change_that_cannot_be_is_named(gateway, body, field):
    answer = gateway.http.patch("/endpoints/open", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_body_longer_than_a_megabyte_is_refused(gateway):
    answer = gateway.http.post("/endpoints", content=b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413


def test_pausing_and_starting_are_changes_too(gateway, replicas):
    paused = gateway.http.post("/endpoints/open/pause").json()
    started = gateway.http.post("/endpoints/open/start").json()

    assert (paused["paused"], started["paused"]) == (True, False)
    assert [endpoint.paused for endpoint in replicas.applied] == [True, False]


def test_a_removed_endpoint_is_gone(gateway, replicas):
    assert gateway.http.delete("/endpoints/open").status_code == 204
    assert gateway.http.get("/endpoints/open").status_code == 404
    assert replicas.removed == ["open"]


def test_templates_are_listed_and_looked_up(gateway):
    listed = gateway.http.get("/templates").json()["templates"]

    assert [template["name"] for template in listed] == ["stub"]
    assert gateway.http.get("/templates/stub").json() == listed[0]
    assert gateway.http.get("/templates/none").status_code == 404


# What loads code into a process, or leads it to such a place.
DANGEROUS = [
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "PATH",
    "HOME",
    "BASH_ENV",
    "OPENSSL_CONF",
    "OMP_TOOL_LIBRARIES",
    "GCONV_PATH",
    "HF_MODULES_CACHE",
    "TORCHINDUCTOR_CACHE_DIR",
    "INKCLOUD_REPLICA_NAME",
    "https_proxy",
    "MY_SETTING",
]


@pytest.mark.parametrize("variable", DANGEROUS)
def test_settings_that_may_run_code_need_the_scope_for_code(gateway, replicas, variable):
    headers = without_code(gateway)
    environment = {variable: "/tmp/evil"}
    made = gateway.http.post(
        "/endpoints",
        json={"name": "new", "template": "stub", "environment": environment},
        headers=headers,
    )
    changed = gateway.http.patch(
        "/endpoints/open", json={"environment": environment}, headers=headers
    )

    for answer in (made, changed):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "deploy-code" in answer.json()["allowed"]
    assert replicas.applied == []
    assert create(gateway, environment=environment).status_code == 201  # with the scope


def test_a_setting_that_runs_code_is_not_changed_or_removed_without_the_scope(gateway):
    environment = {"PYTHONPATH": "/safe"}
    gateway.http.patch("/endpoints/open", json={"environment": environment})
    headers = without_code(gateway)

    def status(environment):
        body = {"environment": environment}
        return gateway.http.patch("/endpoints/open", json=body, headers=headers).status_code

    assert status({"PYTHONPATH": "/evil"}) == 403
    assert status({}) == 403
    assert status({"PYTHONPATH": "/safe", "APP_X": "1"}) == 200


@pytest.mark.parametrize("fields", [{"service": "a:B"}, {"service": "a:B", "code_folder": "/tmp"}])
def test_code_of_ones_own_needs_the_scope_for_code(gateway, fields):
    answer = gateway.http.post(
        "/endpoints", json={"name": "new", **fields}, headers=without_code(gateway)
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_plain_settings_need_no_more_than_the_scope_to_manage(gateway):
    answer = gateway.http.post(
        "/endpoints",
        json={
            "name": "new",
            "template": "stub",
            "model": "x",
            "environment": {
                "INKCLOUD_DTYPE": "float32",
                "INKCLOUD_PREDICTION": "epsilon",
                "OMP_NUM_THREADS": "1",
                "APP_X": "1",
            },
        },
        headers=without_code(gateway),
    )

    assert answer.status_code == 201
