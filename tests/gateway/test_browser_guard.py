import pytest

from inkcloud.gateway.settings import Settings
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas()) as running:
        yield running


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory):
    settings = Settings.for_listener("0.0.0.0")
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(), settings) as running:
        yield running


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "0.0.0.0",
        "localhost:port",
        "localhost/x",
        "user@localhost",
        ".localhost",
        "",
    ],
)
def test_a_foreign_host_is_refused_on_every_method(gateway, method, host):
    answer = gateway.http.request(method, "/docs", headers={"host": host})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"],
)
def test_this_machines_names_are_answered_to(gateway, host):
    assert gateway.http.get("/docs", headers={"host": host}).status_code == 200


def test_an_endpoints_name_on_this_machine_is_answered_to(gateway):
    answer = gateway.http.get("/healthcheck", headers={"host": "open.localhost:8000"})

    assert (answer.status_code, answer.json()) == (200, {"status": "RUNNING"})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost.evil.example", "file://", "localhost", ""],
)
def test_a_foreign_origin_is_refused_on_every_method(gateway, method, origin):
    answer = gateway.http.request(method, "/docs", headers={"origin": origin})

    assert answer.status_code == 403


def test_the_refusal_names_the_header(gateway):
    problem = gateway.http.get("/docs", headers={"origin": "https://evil.example"}).json()

    assert (problem["field"], problem["value"]) == ("Origin", "https://evil.example")
    assert "localhost" in problem["allowed"]


@pytest.mark.parametrize("origin", ["http://localhost:8501", "http://127.0.0.1:8000"])
def test_this_machines_pages_may_call(gateway, origin):
    assert gateway.http.get("/docs", headers={"origin": origin}).status_code == 200


def test_nobody_is_given_cross_origin_rights(gateway):
    answer = gateway.http.get("/docs", headers={"origin": "http://localhost:8501"})

    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_beyond_loopback_any_name_is_answered_to_but_pages_only_of_the_same_host(anywhere):
    def status(host, origin):
        headers = {"host": host} | ({"origin": origin} if origin else {})
        return anywhere.http.get("/docs", headers=headers).status_code

    assert status("ink.example:8000", None) == 200
    assert status("ink.example:8000", "http://ink.example:8000") == 200
    assert status("ink.example:8000", "http://evil.example") == 403
    assert status("ink.example/evil", None) == 403


def test_addresses_in_answers_are_those_of_the_name_that_was_called(gateway):
    headers = gateway.authorization | {"host": "localhost:99"}

    listed = gateway.http.get("/endpoints", headers=headers).json()

    assert listed[0]["url"] == "http://localhost:99/endpoints/open"


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("127.0.0.1", ("127.0.0.1", "localhost", "[::1]", "*.localhost")),
        ("localhost", ("127.0.0.1", "localhost", "[::1]", "*.localhost")),
        ("::1", ("127.0.0.1", "localhost", "[::1]", "*.localhost")),
        ("127.0.0.2", ("127.0.0.1", "localhost", "[::1]", "*.localhost", "127.0.0.2")),
        ("0.0.0.0", None),
        ("::", None),
        ("192.168.1.5", None),
        ("ink.example", None),
    ],
)
def test_names_follow_from_where_it_listens(host, hosts):
    assert Settings.for_listener(host).hosts == hosts
