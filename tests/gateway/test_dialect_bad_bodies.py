"""Bodies that cannot be read, to every dialect: a 4xx in its own envelope."""

import gzip

import pytest

from support.dialect_gateway import dialect_gateway
from support.stub_replica import StubReplica

ENVELOPES = {
    "/generate/sd": {"detail"},
    "/v1/images/generations": {"error"},
    "/sdapi/v1/txt2img": {"error", "detail", "body", "errors"},
    "/sdapi/v1/img2img": {"error", "detail", "body", "errors"},
    "/sdapi/v1/options": {"error", "detail", "body", "errors"},
    "/v1/endpoint": {"message", "code"},
}
BODIES = {
    "empty": b"",
    "cut": b'{"prompt": "x",',
    "array": b'[{"prompt": "x"}]',
    "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "invalid UTF-8": b'{"prompt": "\xff\xfe"}',
    "gzip": gzip.compress(b'{"prompt": "x"}'),
    "NaN": b'{"prompt": NaN}',
    "lone surrogate": b'{"prompt": "\\ud800"}',
    "unprintable field": b'{"\\u0000": 1}',
    "long": b'{"prompt": "' + b"x" * (11 * 1024 * 1024) + b'"}',
}


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    with dialect_gateway(tmp_path_factory.mktemp("data"), replica) as running:
        yield running


@pytest.mark.parametrize("path", ENVELOPES)
@pytest.mark.parametrize("body", BODIES)
def test_it_is_refused_in_the_dialects_envelope(gateway, replica, path, body):
    answer = gateway.http.post(path, content=BODIES[body], headers=gateway.authorization)

    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()) == ENVELOPES[path]
    assert len(answer.content) < 3000
    assert replica.requests == []


@pytest.mark.parametrize(
    "path", [p for p in ENVELOPES if p.endswith(("sd", "generations", "2img"))]
)
@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "text/plain"])
def test_json_is_read_whatever_the_content_type_says(gateway, path, content_type):
    headers = {} if content_type is None else {"content-type": content_type}

    answer = gateway.http.post(path, content=b'{"prompt": ""}', headers=headers)

    assert "prompt" in answer.text or "init_images" in answer.text
    assert answer.status_code in {400, 422}
