import base64
import io
import json
import socket

import pytest
from PIL import Image

from inkcloud.domain.access import Scope
from support.dialect_gateway import DEFAULT, dialect_gateway, make_default_private
from support.stub_replica import StubReplica, tiny_png

GENERATIONS = "/v1/images/generations"


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    with dialect_gateway(tmp_path_factory.mktemp("data"), replica) as running:
        yield running


def bearer(gateway, **values):
    return {"Authorization": f"Bearer {gateway.tokens.create(**values)[0]}"}


def events(answer):
    lines = [line for line in answer.text.split("\n") if line.startswith("data: ")]
    return [json.loads(line[6:]) for line in lines]


def test_several_pictures_come_as_base64(gateway):
    answer = gateway.http.post(GENERATIONS, json={"prompt": "x", "n": 2, "seed": 7})

    assert answer.status_code == 200
    files = [base64.b64decode(each["b64_json"]) for each in answer.json()["data"]]
    assert files == [tiny_png(7), tiny_png(8)]
    assert answer.json()["created"] > 0
    assert answer.json()["size"] == "64x64"


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_a_picture_comes_by_address_in_its_format(gateway, file_format):
    body = {"prompt": "x", "response_format": "url", "output_format": file_format}

    [data] = gateway.http.post(GENERATIONS, json=body).json()["data"]
    file = gateway.http.get(data["url"])

    assert data["url"].startswith(gateway.url)
    assert file.headers["content-type"] == f"image/{file_format}"
    with Image.open(io.BytesIO(file.content)) as image:
        assert image.format == file_format.upper()


def test_a_private_endpoints_picture_needs_a_token(gateway):
    body = {"prompt": "x", "response_format": "url", "model": "shut"}
    [data] = gateway.http.post(GENERATIONS, json=body, headers=gateway.authorization).json()["data"]
    gone = data["url"].replace("gen_", "gen_0")

    assert gateway.http.get(data["url"], headers=gateway.authorization).status_code == 200
    assert gateway.http.get(gone, headers=gateway.authorization).status_code == 404
    private, missing = gateway.http.get(data["url"]), gateway.http.get(gone)
    assert private.status_code == missing.status_code == 401
    assert private.json() == missing.json()
    assert set(private.json()) == {"error"}


@pytest.mark.parametrize("file", ["1.png", "0.gif", "x"])
def test_a_picture_that_is_not_there_is_a_404(gateway, file):
    body = {"prompt": "x", "response_format": "url"}
    [data] = gateway.http.post(GENERATIONS, json=body).json()["data"]

    answer = gateway.http.get(data["url"].replace("0.png", file))

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_stream_brings_partial_images_and_the_picture(gateway):
    body = {"prompt": "x", "stream": True, "partial_images": 2, "seed": 5, "size": "64x64"}

    answer = gateway.http.post(GENERATIONS, json=body)
    *partial, last = events(answer)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [e["type"] for e in partial] == ["image_generation.partial_image"]
    assert partial[0]["partial_image_index"] == 0
    assert base64.b64decode(partial[0]["b64_json"]) == tiny_png(5, side=4)
    assert last["type"] == "image_generation.completed"
    assert base64.b64decode(last["b64_json"]) == tiny_png(5)


def test_without_partial_images_a_stream_brings_the_pictures_only(gateway):
    body = {"prompt": "x", "stream": True, "n": 2, "output_format": "jpeg"}

    found = events(gateway.http.post(GENERATIONS, json=body))

    assert [e["type"] for e in found] == ["image_generation.completed"] * 2
    assert {e["output_format"] for e in found} == {"jpeg"}


def test_a_stream_that_fails_ends_with_the_error(gateway):
    [last] = events(gateway.http.post(GENERATIONS, json={"prompt": "fail", "stream": True}))

    assert last["error"]["param"] == "scheduler"


def test_leaving_a_stream_stops_the_work(gateway, replica):
    body = b'{"prompt": "slow leaving", "stream": true}'
    head = f"POST {GENERATIONS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + body)
        while replica.next_started() != "slow leaving":
            pass

    assert replica.next_gone() == "slow leaving"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": "x", "n": 11}, "n"),
        ({"prompt": "x", "size": "100x64"}, "size"),
        ({"prompt": "x", "size": "100x64", "stream": True}, "size"),
        ({"prompt": "x", "guidance_scale": 30}, "guidance_scale"),
        ({"prompt": "x", "no_such": 1}, "no_such"),
        ({"prompt": "fail"}, "scheduler"),
        ({}, "prompt"),
    ],
)
def test_bad_values_are_400_in_openais_envelope(gateway, body, param):
    answer = gateway.http.post(GENERATIONS, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_lost_replica_may_be_asked_again_and_a_cancelled_request_not(gateway, replica):
    lost = gateway.http.post(GENERATIONS, json={"prompt": "die always"})

    assert (lost.status_code, "x-should-retry" in lost.headers) == (502, False)


@pytest.mark.parametrize("model", [None, "", "gpt-image-1", "no such"])
def test_a_model_that_means_nothing_here_is_the_default_endpoint(gateway, model):
    gateway.http.post(GENERATIONS, json={"prompt": f"for {model}", "model": model})

    listed = gateway.http.get(
        f"/endpoints/{DEFAULT}/generations", headers=gateway.authorization
    ).json()["generations"]
    assert listed[0]["request"]["prompt"] == f"for {model}"


def test_models_are_the_endpoints_that_the_caller_may_use(gateway):
    def names(headers):
        return {m["id"] for m in gateway.http.get("/v1/models", headers=headers).json()["data"]}

    assert names({}) == {"open", DEFAULT}
    assert names(gateway.authorization) == {"open", "shut", DEFAULT}
    assert names(bearer(gateway, scopes=[Scope.READ])) == {"open", DEFAULT}
    assert names(bearer(gateway, endpoint="other")) == {"open", DEFAULT}


def test_one_model_is_found_by_whoever_may_use_it(gateway):
    def status(name, headers):
        return gateway.http.get(f"/v1/models/{name}", headers=headers).status_code

    assert status("open", {}) == 200
    assert status("shut", {}) == status("none", {}) == 401
    assert status("shut", gateway.authorization) == 200
    assert status("none", gateway.authorization) == 404
    reader = bearer(gateway, scopes=[Scope.READ])
    assert status("shut", reader) == status("none", reader) == 403


def test_a_private_default_endpoint_needs_a_token_with_the_right_scope(replica, tmp_path):
    with dialect_gateway(tmp_path, replica) as gateway:
        make_default_private(gateway)

        def post(headers, model=None):
            body = {"prompt": "x", "model": model}
            return gateway.http.post(GENERATIONS, json=body, headers=headers)

        stranger = post({})
        assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, "invalid_api_key")
        assert post({}, "shut").json() == post({}, "none").json() == stranger.json()
        assert post(bearer(gateway, scopes=[Scope.READ])).status_code == 403
        assert post(bearer(gateway, endpoint="shut")).status_code == 403
        assert post(bearer(gateway, endpoint="shut"), "shut").status_code == 200
        assert post(gateway.authorization).status_code == 200


def test_without_the_default_endpoint_another_must_be_named(gateway, tmp_path, replica):
    with dialect_gateway(tmp_path, replica) as empty:
        empty.http.delete(f"/endpoints/{DEFAULT}", headers=empty.authorization)

        def status(headers, model):
            body = {"prompt": "x", "model": model}
            return empty.http.post(GENERATIONS, json=body, headers=headers).status_code

        assert status({}, None) == 401
        assert status(empty.authorization, None) == 404
        assert status({}, "open") == 200


def test_an_endpoint_that_draws_nothing_is_refused(tmp_path):
    with StubReplica(facts={"model": None}) as other, dialect_gateway(tmp_path, other) as gateway:
        answer = gateway.http.post(GENERATIONS, json={"prompt": "x"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model")
