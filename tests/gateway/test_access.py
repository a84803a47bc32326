"""Who may do what: every route, with every kind of credential, public and private."""

import pytest
from starlette.routing import Route

from inkcloud.domain.token import new_token
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

# Each route: whether strangers may use it (always / on a public endpoint / never), what a
# caller with a valid token gets, and the body to send.
ALWAYS, PUBLIC, NEVER = "always", "public", "never"
ROUTES = {
    ("GET", "/healthcheck"): (ALWAYS, 200, None),
    ("GET", "/docs"): (ALWAYS, 200, None),
    ("GET", "/docs/{asset}"): (ALWAYS, 200, None),
    ("GET", "/openapi.json"): (ALWAYS, 200, None),
    ("GET", "/endpoints"): (NEVER, 200, None),
    ("GET", "/endpoints/{name}"): (PUBLIC, 200, None),
    ("POST", "/endpoints/{name}/predict"): (PUBLIC, 200, {"prompt": "x"}),
    ("POST", "/endpoints/{name}/generations"): (PUBLIC, 202, {"prompt": "x"}),
    ("GET", "/endpoints/{name}/generations"): (NEVER, 200, None),
    ("GET", "/endpoints/{name}/generations/{id}"): (PUBLIC, 200, None),
    ("GET", "/endpoints/{name}/generations/{id}/events"): (PUBLIC, 200, None),
    ("GET", "/endpoints/{name}/generations/{id}/images/{index}"): (PUBLIC, 200, None),
    ("GET", "/endpoints/{name}/generations/{id}/preview/{index}"): (PUBLIC, 404, None),
    ("DELETE", "/endpoints/{name}/generations/{id}"): (PUBLIC, 200, None),
}
CREDENTIALS = {
    "none": lambda _: {},
    "unknown": lambda _: {"Authorization": f"Bearer {new_token()}"},
    "mistyped": lambda token: {"Authorization": f"Bearer {token[:-1]}!"},
    "empty": lambda _: {"Authorization": "Bearer"},
    "basic": lambda token: {"Authorization": f"Basic {token}"},
    "bare": lambda token: {"Authorization": token},
    "in the query": lambda _: {},
    "valid": lambda token: {"Authorization": f"Bearer {token}"},
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with StubReplica() as replica, RunningGateway(folder, StubReplicas(replica)) as running:
        yield running


@pytest.fixture(scope="module")
def finished(gateway):
    return {name: gateway.ended(gateway.submit("x", name)) for name in ("open", "shut")}


def call(gateway, finished, method, path, endpoint, credential):
    _, _, body = ROUTES[method, path]
    ids = {"name": endpoint, "index": 0, "asset": "swagger-ui.css"}
    address = path.format(**ids, id=finished[endpoint]["id"])
    if credential == "in the query":
        address += f"?token={gateway.token}&access_token={gateway.token}"
    headers = CREDENTIALS[credential](gateway.token)
    return gateway.http.request(method, address, json=body, headers=headers)


def app_routes(app):
    found = set()
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, Route):
            found |= {(m, route.path) for m in route.methods - {"HEAD"}}
        else:
            pending += route_children(route)
    return found


def route_children(route):
    if hasattr(route, "original_router"):  # a router that FastAPI includes lazily
        return list(route.original_router.routes)
    return list(route.routes)


def test_every_route_is_in_the_table(gateway):
    assert app_routes(gateway.app) == set(ROUTES)


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("endpoint", ["open", "shut"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_access(gateway, finished, method, path, endpoint, credential):
    strangers, status, _ = ROUTES[method, path]
    welcome = (
        credential == "valid" or strangers == ALWAYS or (strangers == PUBLIC and endpoint == "open")
    )

    answer = call(gateway, finished, method, path, endpoint, credential)

    assert answer.status_code == (status if welcome else 401)
    if not welcome:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert gateway.token not in answer.text


@pytest.mark.parametrize("credential", ["none", "unknown", "mistyped"])
@pytest.mark.parametrize(("method", "path"), [key for key in ROUTES if "{name}" in key[1]])
def test_a_private_endpoint_looks_like_none_to_strangers(
    gateway, finished, method, path, credential
):
    there = call(gateway, finished, method, path, "shut", credential)
    finished["gone"] = finished["shut"]
    missing = call(gateway, finished, method, path, "gone", credential)

    strip = ("request_id", "date", "x-request-id", "x-user-request-id")
    assert there.status_code == missing.status_code == 401
    bodies = [{k: v for k, v in a.json().items() if k not in strip} for a in (there, missing)]
    headers = [{k: v for k, v in a.headers.items() if k not in strip} for a in (there, missing)]
    assert bodies[0] == bodies[1]
    assert headers[0] == headers[1]


def test_a_generation_is_found_only_under_its_own_endpoint(gateway, finished):
    id_of_private = finished["shut"]["id"]

    answer = gateway.http.get(f"/endpoints/open/generations/{id_of_private}")

    assert answer.status_code == 404


def test_the_health_check_names_private_endpoints_only_to_token_holders(gateway):
    stranger = gateway.http.get("/healthcheck").json()
    friend = gateway.http.get("/healthcheck", headers=gateway.authorization).json()

    assert stranger == {"status": "RUNNING", "endpoints": {"open": "running"}}
    assert friend["endpoints"] == {"open": "running", "shut": "running"}


def test_two_authorization_headers_are_none(gateway):
    twice = [("Authorization", f"Bearer {gateway.token}")] * 2

    assert gateway.http.get("/endpoints", headers=twice).status_code == 401
