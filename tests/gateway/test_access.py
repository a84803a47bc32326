"""Who may do what: every route, with every kind of credential, public and private."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.routing import Route

from gateway.access_rows import ALWAYS, ANYWHERE, ENDPOINT, PUBLIC, ROWS, SERVICE, Row
from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.token import new_token, token_hash
from inkcloud.gateway.app import create_app
from inkcloud.gateway.callers import caller
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.tokens import TokenTable
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService

_numbers = itertools.count()
_tokens: dict[str, dict[str, str]] = {}
FIXED = {"index": 0, "engine": "sd", "file": "0.png"}  # parts of addresses that name nothing


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with StubService() as replica, RunningGateway(folder, StubReplicas(replica)) as running:
        yield running


class Caller:
    """Calls one route with any credential.

    Args:
        gateway: the gateway.
        key: the route's method and path.
        public: whether the endpoint is public.
    """

    def __init__(self, gateway: RunningGateway, key: tuple[str, str], public: bool) -> None:
        self.gateway = gateway
        self.method, self.path = key
        self.row = ROWS[key]
        self.public = public
        self.name = ("open" if public else "shut") + self.row.victim
        self.ids = self._ids()

    def _ids(self) -> dict[str, Any]:
        ids = {
            "name": self.name,
            "index": 0,
            "asset": "swagger-ui.css",
            "template": "stub",
            "path:path": "some/path",
            "listing": "loras",
            "key": "x",
            **FIXED,
            **self.row.ids,
        }
        if "/generations/{id}" in self.path or "/v1/images/{id}" in self.path:
            self._restore()
            ids["id"] = self.gateway.ended(self.gateway.submit("x", self.name, frames=True))["id"]
        if "/history/{id}" in self.path:
            self._restore()
            ids["id"] = self.gateway.ended(self.gateway.submit("x", self.name))["id"] + "-0"
        if "/model-operations/{id}" in self.path:
            ids["id"] = self.gateway.operation()
        if "/jobs/{id}" in self.path:
            ids["id"] = self.gateway.job(self.name)
        return ids

    def _restore(self) -> None:
        """Put back what an earlier call of this route may have changed."""
        table = EndpointTable(self.gateway.database)
        table.save(Endpoint(name=self.name, service="stub:Stub", public=self.public))
        if "{token_id}" in self.path:
            _, access = self.gateway.tokens.create("victim")
            self.ids["token_id"] = access.id

    def token(self, **values: Any) -> str:
        """Return a token of any kind."""
        key = repr(sorted(values.items(), key=str))
        known = _tokens.setdefault(self.gateway.url, {})
        if key not in known:
            known[key] = new_token()
            access = Access(id=f"tok_{next(_numbers)}", created=datetime.now(UTC), **values)
            TokenTable(self.gateway.database).add(token_hash(known[key]), access)
        return known[key]

    def __call__(self, headers: dict[str, str], *, exists: bool = True) -> Any:
        if self.row.changes and exists:
            self._restore()
        ids = self.ids if exists else dict.fromkeys(self.ids, "gone") | FIXED
        address = self.path
        for name, value in ids.items():
            address = address.replace(f"{{{name}}}", str(value))
        body = json.dumps(self.row.body).replace("{new}", f"new{next(_numbers)}")
        with self.gateway.http.stream(
            self.method,
            f"{address}?{self.row.query}",
            content=None if self.row.body is None else body.replace("{name}", ids["name"]),
            headers=self.row.headers | headers,
        ) as answer:
            if answer.status_code >= 400 or not self.path.endswith("/stream"):  # those never end
                answer.read()
        return answer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


PAST = datetime.now(UTC) - timedelta(seconds=1)


# Credentials that are none.
WORTHLESS: dict[str, Callable[[Caller], dict[str, str]]] = {
    "none": lambda _: {},
    "unknown": lambda _: bearer(new_token()),
    "mistyped": lambda c: bearer(c.token()[:-1] + "!"),
    "empty": lambda _: {"Authorization": "Bearer"},
    "bare": lambda c: {"Authorization": c.token()},
    "another scheme": lambda c: {"Authorization": f"Token {c.token()}"},
    "revoked": lambda c: bearer(c.token(revoked=PAST)),
    "expired": lambda c: bearer(c.token(expires=PAST)),
}
# Tokens of which the row says whether they are enough.
TOKENS: dict[str, Callable[[Row, str], dict[str, Any]]] = {
    "wrong scope": lambda row, _: {"scopes": ALL_SCOPES - set(row.scopes)},
    "other endpoint's": lambda _row, _: {"endpoint": "another"},
    "this endpoint's": lambda _row, name: {"endpoint": name},
    "all": lambda _row, _: {},
    **{
        scope.value: (lambda s: lambda _row, _: {"scopes": frozenset({s})})(scope)
        for scope in Scope
    },
}


def expected(row: Row, public: bool, values: dict[str, Any] | None, name: str) -> int:
    """Return the status that the row demands for a token of these values, or for none."""
    if row.strangers == ALWAYS or (row.strangers == PUBLIC and public):
        return row.ok
    if values is None:
        return 401
    if not row.scopes:
        return row.ok
    access = Access(id="", created=datetime.now(UTC), **values)
    place = {ENDPOINT: name, SERVICE: "", ANYWHERE: access.endpoint}[row.where]
    if any(access.permits(scope, place) for scope in row.scopes):
        return row.ok
    in_scope = any(scope in access.scopes for scope in row.scopes)
    return row.hidden if in_scope and row.hidden else row.forbidden


def holes(gateway: RunningGateway, key: tuple[str, str]) -> list[str]:
    """Return what is not as the row demands."""
    found = []
    for public in (True, False):
        call = Caller(gateway, key, public)
        for credential in (*WORTHLESS, *TOKENS):
            values = None
            if credential in TOKENS:
                values = TOKENS[credential](call.row, call.name)
                headers = bearer(call.token(**values))
            else:
                headers = WORTHLESS[credential](call)
            answer = call(headers)
            wanted = expected(call.row, public, values, call.name)
            if answer.status_code != wanted:
                place = "public" if public else "private"
                found.append(f"{credential}, {place}: {answer.status_code}, not {wanted}")
            elif wanted == 401 and call.row.problem and not _is_challenge(answer):
                found.append(f"{credential}: no proper challenge")
    return found


def _is_challenge(answer: Any) -> bool:
    return (
        answer.headers["www-authenticate"] == "Bearer"
        and answer.headers["content-type"] == "application/problem+json"
        and "ink_" not in answer.text
    )


def app_routes(app: Any) -> set[tuple[str, str]]:
    found = set()
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, Route):
            found |= {(m, route.path) for m in route.methods - {"HEAD"}}
        elif hasattr(route, "original_router"):  # a router that FastAPI includes lazily
            pending += route.original_router.routes
        else:
            pending += route.routes
    return found


def test_every_route_has_a_row(gateway):
    assert app_routes(gateway.app) == set(ROWS)


def test_a_route_without_a_row_would_be_found(gateway):
    app = create_app(gateway.parts)

    @app.get("/endpoints/{name}/new")
    async def new() -> None:
        """A route that somebody forgot to protect."""

    assert app_routes(app) - app_routes(gateway.app) == {("GET", "/endpoints/{name}/new")}
    assert app_routes(app) != set(ROWS)


@pytest.mark.parametrize(("method", "path"), ROWS)
def test_access(gateway, method, path):
    assert holes(gateway, (method, path)) == []


def test_the_table_finds_an_open_door(gateway):
    """The negative control: with the look at the token off, the table finds holes."""
    keys = [("GET", "/tokens"), ("GET", "/endpoints/{name}"), ("GET", "/jobs/{id}")]
    everybody = Access(id="tok_x", created=datetime.now(UTC))
    gateway.app.dependency_overrides[caller] = lambda: everybody
    try:
        found = {key: holes(gateway, key) for key in keys}
    finally:
        gateway.app.dependency_overrides.clear()

    assert all(found.values()), found
    assert any("none" in hole for hole in found["GET", "/tokens"])


SECRETIVE = [key for key, row in ROWS.items() if row.strangers == PUBLIC or "{name}" in key[1]]


@pytest.mark.parametrize(("method", "path"), SECRETIVE)
def test_what_is_private_looks_like_what_is_not_there(gateway, method, path):
    call = Caller(gateway, (method, path), public=False)
    for credential in ("none", "unknown", "wrong scope", "other endpoint's"):
        if credential in TOKENS:
            headers = bearer(call.token(**TOKENS[credential](call.row, call.name)))
        else:
            headers = WORTHLESS[credential](call)

        there = call(headers)
        missing = call(headers, exists=False)

        assert there.status_code == missing.status_code, credential
        assert _told(there) == _told(missing), credential


def _told(answer: Any) -> Any:
    strip = ("request_id", "date", "x-request-id", "x-user-request-id", "content-length")
    body = {k: v for k, v in answer.json().items() if k not in strip}
    return body, {k: v for k, v in answer.headers.items() if k not in strip}


def test_a_token_in_the_query_is_none(gateway):
    token = gateway.token

    answer = gateway.http.get(f"/endpoints/shut?token={token}&access_token={token}")

    assert answer.status_code == 401


def test_two_authorization_headers_are_none(gateway):
    twice = [("Authorization", f"Bearer {gateway.token}")] * 2

    assert gateway.http.get("/endpoints", headers=twice).status_code == 401


def test_a_generation_is_found_only_under_its_own_endpoint(gateway):
    view = gateway.ended(gateway.submit("x", "shut"))

    answer = gateway.http.get(f"/endpoints/open/generations/{view['id']}")

    assert answer.status_code == 404


def test_a_call_is_no_generation(gateway):
    job = gateway.job("open")

    assert gateway.http.get(f"/endpoints/open/generations/{job}").status_code == 404


def test_the_health_check_names_private_endpoints_only_to_those_they_open_to(gateway):
    call = Caller(gateway, ("GET", "/healthcheck"), public=False)

    def named(headers):
        return set(gateway.http.get("/healthcheck", headers=headers).json()["endpoints"])

    assert call.name not in named({})
    assert call.name not in named(bearer(call.token(endpoint="another")))
    assert call.name not in named(bearer(call.token(scopes=frozenset({Scope.MANAGE}))))
    assert call.name in named(bearer(call.token(endpoint=call.name)))
    assert "open" in named({})


def test_an_endpoints_token_lists_that_endpoint_only(gateway):
    call = Caller(gateway, ("GET", "/endpoints"), public=True)

    listed = call(bearer(call.token(endpoint=call.name))).json()

    assert [view["name"] for view in listed] == [call.name]


def test_settings_are_shown_to_managers_only(gateway):
    call = Caller(gateway, ("GET", "/endpoints/{name}"), public=True)

    def seen(headers):
        return set(call(headers).json())

    stranger = seen({})
    reader = seen(bearer(call.token(scopes=frozenset({Scope.READ}))))
    manager = seen(bearer(call.token()))
    assert {"name", "url", "state", "native_size"} <= stranger
    assert not {"service", "environment", "replicas", "code_folder"} & stranger
    assert {"service", "replicas", "max_replicas"} <= reader
    assert "environment" not in reader
    assert "environment" in manager
