"""Attacks over HTTP: each fails, and succeeds with the defence against it switched off.

A test's `on` says whether the defence is on. docs/security.md is the table of all defences.
"""

import base64
import io
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx2
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import update

from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.gateway import passed_on
from inkcloud.gateway.browser_guard import BrowserGuard
from inkcloud.gateway.callers import caller
from inkcloud.gateway.request_ids import RequestIds
from inkcloud.gateway.settings import Settings
from inkcloud.storage.schema import JOBS
from support.running_gateway import PATIENCE, RunningGateway
from support.stub_replica import StubReplica, StubReplicas
from support.stub_service import StubService

DEFENCE = pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
SCRIPT = "<script>alert(1)</script>"
MEGABYTE = 1024 * 1024


@contextmanager
def running(folder, settings=None, without=None, stub=StubService, prepare=None):
    """Run a gateway before a stub, without one of its layers if one is named."""
    with stub() as replica:
        gateway = RunningGateway(folder, StubReplicas(replica), settings)
        layers = gateway.app.user_middleware
        gateway.app.user_middleware = [each for each in layers if each.cls is not without]
        if prepare is not None:
            prepare(gateway.app)
        with gateway:
            yield gateway, replica


def owner():
    return Access(id="tok_owner", created=datetime.now(UTC))


@DEFENCE
def test_a_stranger_lists_the_tokens(on, tmp_path):
    def let_everybody_in(app):
        app.dependency_overrides[caller] = owner

    with running(tmp_path, prepare=None if on else let_everybody_in) as (gateway, _):
        answer = gateway.http.get("/tokens")

    assert (answer.status_code == 401) is on
    assert ("tokens" in answer.json()) is not on


@DEFENCE
def test_a_page_reaches_the_gateway_by_a_name_that_resolves_to_this_machine(on, tmp_path):
    settings = Settings() if on else Settings(hosts=None)
    headers = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    with running(tmp_path, settings) as (gateway, replica):
        answer = gateway.http.post("/endpoints/open/infer", json={}, headers=headers)

    assert (answer.status_code == 403) is on
    assert (replica.calls == []) is on


@DEFENCE
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_foreign_page_has_a_browser_call(on, method, tmp_path):
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    with running(tmp_path, without=None if on else BrowserGuard) as (gateway, replica):
        answer = gateway.http.request(method, "/endpoints/open/any", headers=headers)

    assert (answer.status_code == 403) is on
    assert (replica.calls == []) is on


class PathGuard:
    """Authorises on the path as it was written, as this project never does."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        path = scope.get("raw_path", b"").rstrip(b"/")
        if scope["type"] == "http" and path == b"/tokens":
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        await self._app(scope, receive, send)


@DEFENCE
def test_a_path_is_written_so_that_its_guard_does_not_know_it(on, tmp_path):
    def guard_the_path_instead(app):
        app.dependency_overrides[caller] = owner
        app.add_middleware(PathGuard)

    ways = ["/tokens", "/tokens/", "//tokens", "/%74okens", "/x/../tokens", "/./tokens", "/TOKENS"]
    with running(tmp_path, prepare=None if on else guard_the_path_instead) as (gateway, _):
        statuses = [raw_status(gateway, way) for way in ways]

    assert statuses[0] == 401
    assert (200 not in statuses) is on


def raw_status(gateway, target):
    """Ask for a target as it is, which no client library would leave so."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return int(connection.recv(64).split()[1])


@DEFENCE
@pytest.mark.parametrize(
    ("path", "limit", "size"),
    [("/tokens", "body_bytes", MEGABYTE), ("/endpoints/open/infer", "image_body_bytes", 10)],
)
def test_a_body_is_a_bomb(on, path, limit, size, tmp_path):
    default = getattr(Settings(), limit)
    settings = Settings() if on else Settings(**{limit: 4 * default})
    content = json.dumps({"name": "x" * (default + size)}).encode()
    with running(tmp_path, settings) as (gateway, _):
        answer = gateway.http.post(path, content=content, headers=gateway.authorization)

    assert (answer.status_code == 413) is on


@DEFENCE
def test_an_answer_of_a_service_is_a_page_that_acts_as_the_gateway(on, tmp_path, monkeypatch):
    if not on:
        monkeypatch.setattr(passed_on, "SANDBOX", (b"x-nothing", b"at all"))
    with running(tmp_path) as (gateway, _):
        answer = gateway.http.post("/endpoints/open/infer", json={"do": "cookies"})

    policy = answer.headers.get("content-security-policy", "")
    assert (policy.startswith("sandbox") and "allow-same-origin" not in policy) is on
    assert "set-cookie" not in answer.headers


def with_a_script():
    """Return a picture whose file holds a script."""
    note = PngInfo()
    note.add_text("comment", SCRIPT)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=note)
    return file.getvalue()


@DEFENCE
def test_a_stored_picture_is_a_page_with_a_script(on, tmp_path):
    """What a caller sends is never given out again; off, it is put in the result's place."""
    image = base64.b64encode(with_a_script()).decode()
    with running(tmp_path, stub=StubReplica) as (gateway, _):
        view = gateway.ended(gateway.submit("x", image=image))
        if not on:
            name_as_a_result(gateway, view["id"], view["request"]["image"]["sha256"])
        answer = gateway.http.get(gateway.path(view) + "/images/0")

    assert answer.status_code == 200
    assert (SCRIPT.encode() not in answer.content) is on
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def name_as_a_result(gateway, job, sha256):
    with gateway.database.write() as connection:
        images = [{"sha256": sha256, "record": {}}]
        connection.execute(update(JOBS).where(JOBS.c.id == job).values(images=images))


class Canary:
    """Another server of the operator's, which no caller is to reach through the gateway."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/secret.png"
        self.visits = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            connection.close()


BY_ADDRESS = {
    "/endpoints/open/predict": lambda url: {"prompt": "x", "image": url},
    "/endpoints/open/generations": lambda url: {"prompt": "x", "image": url},
    "/generate/sd": lambda url: {"prompt": "x", "init_image": url, "checkpoint": url},
    "/sdapi/v1/img2img": lambda url: {"prompt": "x", "init_images": [url]},
}


@DEFENCE
@pytest.mark.parametrize("path", BY_ADDRESS)
def test_the_gateway_fetches_an_address_for_a_caller(on, path, tmp_path):
    with running(tmp_path, stub=StubReplica) as (gateway, replica), Canary() as canary:
        body = BY_ADDRESS[path](canary.url)
        answer = gateway.http.post(path, json=body, headers=gateway.authorization)
        if not on:  # a service that did fetch
            httpx2.get(canary.url, trust_env=False)

    assert 400 <= answer.status_code < 500
    assert replica.requests == []
    assert (canary.visits == 0) is on


@DEFENCE
def test_an_error_tells_what_it_should_not(on, tmp_path):
    def fail(app):
        app.debug = not on

        @app.get("/broken")
        async def broken():
            message = "the password is swordfish"
            raise RuntimeError(message)

    without = None if on else RequestIds
    with running(tmp_path, without=without, prepare=fail) as (gateway, _):
        answer = gateway.http.get("/broken")

    assert answer.status_code == 500
    assert ("swordfish" not in answer.text) is on


@DEFENCE
def test_a_token_without_the_scope_runs_code(on, tmp_path):
    scopes = ALL_SCOPES - {Scope.DEPLOY_CODE} if on else ALL_SCOPES
    with running(tmp_path) as (gateway, _):
        token, _access = gateway.tokens.create("t", scopes=scopes)
        answer = gateway.http.post(
            "/endpoints",
            json={"name": "evil", "service": "evil:Evil", "code_folder": str(tmp_path)},
            headers={"Authorization": f"Bearer {token}"},
        )
        made = [each.name for each in gateway.parts.replicas.applied]

    assert (answer.status_code == 403) is on
    assert (made == []) is on
