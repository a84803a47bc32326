"""Tokens made, listed and revoked over HTTP; none gives more than it has."""

import pytest

from inkcloud.domain.access import Scope
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas


@pytest.fixture
def gateway(tmp_path):
    with RunningGateway(tmp_path, StubReplicas()) as running:
        running.http.headers = running.authorization
        yield running


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_works(gateway):
    made = gateway.http.post(
        "/tokens",
        json={"name": "app", "scopes": ["predict"], "endpoint": "shut", "expires_seconds": 60},
    )

    view = made.json()
    assert made.status_code == 201
    assert (view["name"], view["scopes"], view["endpoint"]) == ("app", ["predict"], "shut")
    assert view["expires"] > view["created"]
    headers = bearer(view["token"])
    assert gateway.http.get("/endpoints/shut/healthcheck", headers=headers).status_code == 200
    current = gateway.http.get("/tokens/current", headers=bearer(view["token"]))
    assert current.json()["id"] == view["id"]
    listed = gateway.http.get("/tokens")
    assert view["id"] in [token["id"] for token in listed.json()["tokens"]]
    assert view["token"] not in listed.text + current.text


def test_a_revoked_token_is_worthless_at_once(gateway):
    made = gateway.http.post("/tokens", json={}).json()
    assert gateway.http.get("/tokens/current", headers=bearer(made["token"])).status_code == 200

    revoked = gateway.http.delete(f"/tokens/{made['id']}")

    assert (revoked.status_code, revoked.json()["revoked"] is None) == (200, False)
    assert gateway.http.get("/tokens/current", headers=bearer(made["token"])).status_code == 401
    assert gateway.http.delete(f"/tokens/{made['id']}").status_code == 200
    assert gateway.http.delete("/tokens/tok_none").status_code == 404
    assert gateway.http.delete("/tokens/%00").status_code == 404


def test_a_token_may_revoke_itself_and_no_other_without_the_scope(gateway):
    token, access = gateway.tokens.create("a", [Scope.PREDICT], endpoint="shut")
    _, other = gateway.tokens.create("b")

    assert gateway.http.delete(f"/tokens/{other.id}", headers=bearer(token)).status_code == 403
    assert gateway.http.delete(f"/tokens/{access.id}", headers=bearer(token)).status_code == 200
    assert gateway.tokens.verify(token) is None


@pytest.mark.parametrize(
    "body", [{}, {"scopes": ["deploy-code"]}, {"scopes": ["manage", "predict"]}]
)
def test_a_token_gives_no_scope_that_it_does_not_have(gateway, body):
    token, _ = gateway.tokens.create("manager", [Scope.MANAGE, Scope.READ])

    answer = gateway.http.post("/tokens", json=body, headers=bearer(token))

    assert (answer.status_code, answer.json()["field"]) == (403, "scopes")
    within = gateway.http.post("/tokens", json={"scopes": ["read"]}, headers=bearer(token))
    assert within.status_code == 201


def test_a_token_makes_none_that_outlives_it(gateway):
    token, _ = gateway.tokens.create("manager", expires_seconds=100)

    def status(body):
        return gateway.http.post("/tokens", json=body, headers=bearer(token)).status_code

    assert status({}) == 403
    assert status({"expires_seconds": 101}) == 403
    assert status({"expires_seconds": 50}) == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "read"}, "scope"),
        ({"scopes": "read"}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes"),
        ({"scopes": [3]}, "scopes"),
        ({"name": 3}, "name"),
        ({"name": "\u0000"}, "name"),
        ({"endpoint": None}, "endpoint"),
        ({"expires_seconds": 0}, "expires_seconds"),
        ({"expires_seconds": "60"}, "expires_seconds"),
        ({"expires_seconds": 10**30}, "expires_seconds"),
    ],
)
def test_a_bad_field_is_named(gateway, body, field):
    answer = gateway.http.post("/tokens", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
