"""Bad input, on both ways to submit: a 4xx problem that names the field and what is allowed."""

import gzip

import pytest

from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

NATIVE = "/endpoints/open/generations"
PREDICT = "/endpoints/open/predict"
MEGABYTE = 1024 * 1024

# (name, the field named, the text of its JSON value)
VALUES = [
    ("unknown scheduler", "scheduler", '"EULER_MARUYAMA"'),
    ("scheduler as number", "scheduler", "3"),
    ("scheduler null", "scheduler", "null"),
    ("steps 0", "num_inference_steps", "0"),
    ("steps 501", "num_inference_steps", "501"),
    ("steps as text", "num_inference_steps", '"20"'),
    ("steps as fraction", "num_inference_steps", "20.5"),
    ("steps true", "num_inference_steps", "true"),
    ("steps null", "num_inference_steps", "null"),
    ("steps huge", "num_inference_steps", "1" + "0" * 400),
    ("steps NaN", "num_inference_steps", "NaN"),
    ("guidance low", "guidance_scale", "0.5"),
    ("guidance high", "guidance_scale", "20.5"),
    ("guidance NaN", "guidance_scale", "NaN"),
    ("guidance Infinity", "guidance_scale", "Infinity"),
    ("guidance -Infinity", "guidance_scale", "-Infinity"),
    ("guidance 1e400", "guidance_scale", "1e400"),
    ("guidance whole and huge", "guidance_scale", "1" + "0" * 400),
    ("guidance true", "guidance_scale", "true"),
    ("guidance as list", "guidance_scale", "[7.5]"),
    ("seed negative", "seed", "-1"),
    ("seed 2**64", "seed", str(2**64)),
    ("seed 1e400", "seed", "1e400"),
    ("seed as text", "seed", '"42"'),
    ("width not a multiple", "width", "100"),
    ("height not a multiple", "height", "100"),
    ("width 0", "width", "0"),
    ("width huge", "width", "1000000"),
    ("height negative", "height", "-64"),
    ("prompt empty", "prompt", '""'),
    ("prompt whitespace", "prompt", r'" \n\t "'),
    ("prompt too long", "prompt", '"' + "x" * (MEGABYTE - 100) + '"'),
    ("prompt NUL", "prompt", r'"a\u0000b"'),
    ("prompt lone surrogate", "prompt", r'"\ud800"'),
    ("prompt as number", "prompt", "3"),
    ("prompt null", "prompt", "null"),
    ("negative prompt NUL", "negative_prompt", r'"\u0000"'),
    ("negative prompt null", "negative_prompt", "null"),
    ("num_images 0", "num_images", "0"),
    ("num_images 17", "num_images", "17"),
    ("unknown field", "no_such_field", "1"),
    ("unknown field, lone surrogate", "\ud800", r'{"\ud800": NaN}'),
    ("unknown field, NaN", "nan", "NaN"),
]
NATIVE_VALUES = [
    ("tag too long", "tag", '"' + "x" * 201 + '"'),
    ("tag with control character", "tag", r'"a\nb"'),
    ("tag as number", "tag", "3"),
    ("deadline 0", "deadline_seconds", "0"),
    ("deadline text", "deadline_seconds", '"soon"'),
    ("preview_every negative", "preview_every", "-1"),
    ("the tutorial's field", "solver", '"DDIM"'),
]

# (name, body, status, the field named)
BODIES = [
    ("empty", b"", 400, "body"),
    ("malformed", b'{"prompt": "x",', 400, "body"),
    ("single quotes", b"{'prompt': 'x'}", 400, "body"),
    ("array", b'[{"prompt": "x"}]', 400, "body"),
    ("text", b'"x"', 400, "body"),
    ("null", b"null", 400, "body"),
    ("deep arrays", b"[" * 100_000, 400, "body"),
    ("deep closed", b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "body"),
    ("deep objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "body"),
    ("number of 5000 digits", b'{"prompt": "x", "seed": ' + b"9" * 5000 + b"}", 400, "body"),
    ("invalid UTF-8", b'{"prompt": "\xff\xfe"}', 400, "body"),
    ("UTF-16", '{"prompt": "x"}'.encode("utf-16"), 400, "body"),
    ("gzip", gzip.compress(b'{"prompt": "x"}'), 400, "body"),
    ("missing prompt", b"{}", 422, "prompt"),
    ("field twice", b'{"prompt": "x", "prompt": "y"}', 422, "prompt"),
    ("1 MB prompt", b'{"prompt": "' + b"x" * MEGABYTE + b'"}', 422, "prompt"),
    ("20 MB", b" " * (20 * MEGABYTE), 413, "body"),
]


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(replica)) as running:
        yield running


def body_of(field, text):
    name = field.encode("ascii", "backslashreplace").decode()
    prompt = "" if field == "prompt" else '"prompt": "x", '
    return f'{{{prompt}"{name}": {text}}}'.encode()


def check_problem(answer, status, field):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["field"] == field
    assert "value" in problem
    assert problem["allowed"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert len(answer.content) < 2000


@pytest.mark.parametrize(("name", "field", "text"), VALUES, ids=[v[0] for v in VALUES])
def test_a_bad_value_is_named_on_predict(gateway, replica, name, field, text):
    field = "solver" if field == "scheduler" else field

    answer = gateway.http.post(PREDICT, content=body_of(field, text))

    check_problem(answer, 422, field)
    assert replica.requests == []


@pytest.mark.parametrize(
    ("name", "field", "text"), VALUES + NATIVE_VALUES, ids=[v[0] for v in VALUES + NATIVE_VALUES]
)
def test_a_bad_value_is_named_on_submission(gateway, replica, name, field, text):
    answer = gateway.http.post(NATIVE, content=body_of(field, text))

    check_problem(answer, 422, field)
    assert replica.requests == []


@pytest.mark.parametrize("path", [PREDICT, NATIVE])
@pytest.mark.parametrize(("name", "body", "status", "field"), BODIES, ids=[b[0] for b in BODIES])
def test_a_bad_body_is_refused(gateway, replica, path, name, body, status, field):
    answer = gateway.http.post(path, content=body)

    check_problem(answer, status, field)
    assert replica.requests == []


@pytest.mark.parametrize("path", [PREDICT, NATIVE])
def test_a_compressed_body_is_refused_by_name(gateway, path):
    answer = gateway.http.post(
        path, content=gzip.compress(b"{}"), headers={"content-encoding": "gzip"}
    )

    check_problem(answer, 400, "Content-Encoding")


def test_a_body_without_a_length_is_bounded_too(gateway):
    def chunks():
        for _ in range(60):
            yield b" " * (MEGABYTE // 4)

    answer = gateway.http.post(PREDICT, content=chunks())

    check_problem(answer, 413, "body")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("tag_prefix=%00", "tag_prefix"),
        ("tag_prefix=" + "x" * 201, "tag_prefix"),
    ],
)
def test_a_bad_query_is_named(gateway, query, field):
    answer = gateway.http.get(f"{NATIVE}?{query}", headers=gateway.authorization)

    check_problem(answer, 422, field)


def test_a_bad_picture_number_is_named(gateway):
    view = gateway.submit("x")

    answer = gateway.http.get(gateway.path(view) + "/images/first")

    check_problem(answer, 422, "index")


def test_the_largest_values_are_allowed(gateway):
    view = gateway.submit(
        "x" * 4096, seed=2**64 - 1, num_inference_steps=500, guidance_scale=20, width=2048
    )

    assert gateway.ended(view)["request"]["seed"] == 2**64 - 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/endpoints/", 404),
        ("PUT", "/endpoints", 405),
        ("PUT", "/templates", 405),
        ("GET", "/endpoints/open/generations/none", 404),
        ("GET", "/endpoints/open/generations/%00", 404),
        ("GET", "/endpoints/%00", 404),
        ("DELETE", "/endpoints/open/generations/none", 404),
        ("GET", "/docs/secrets.txt", 404),
        ("GET", "/docs/..%2Fcore.py", 404),
    ],
)
def test_unknown_addresses_and_methods_are_problems(gateway, method, path, status):
    answer = gateway.http.request(method, path, headers=gateway.authorization)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
