"""The routes that a service's methods become."""

import base64
import io
import json
import threading

import pytest
from PIL import Image as Pillow

from inkcloud.domain.errors import InvalidRequest
from inkcloud.replica.service_host import ServiceHost
from support import methods
from support.methods import Hooks, Many, Parallel, Plain, Series
from support.served import PATIENCE, served
from support.waiting import wait_until


@pytest.fixture(scope="module")
def many():
    with served(Many()) as server:
        yield server


@pytest.fixture
def series():
    service = Series()
    with served(service) as server:
        yield server, service


def lines(answer):
    found = [line for line in answer.text.split("\n") if line]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content.isascii()
    assert found[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in found[:-1]]


def png(width=4, height=2):
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), "red").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_arguments_are_checked_and_made_by_their_annotations(many):
    answer = many.http.post("/infer", json={"number": "7", "point": {"x": 1}, "words": ["a"]})

    assert answer.json()["output"] == {
        "number": 7,
        "point": {"x": 1.0, "y": 0.0},
        "words": ["a"],
    }


@pytest.mark.parametrize(
    ("inputs", "field", "allowed"),
    [
        ({"number": "seven"}, "number", "a valid integer"),
        ({"number": 1, "point": {"y": 1}}, "point.x", "no default"),
        ({"number": 1, "words": ["a", 3]}, "words.1", "a valid string"),
        ({"nmber": 1}, "nmber", "any of number, point, words"),
    ],
)
def test_a_bad_input_is_422_in_both_forms(many, inputs, field, allowed):
    answer = many.http.post("/infer", json=inputs)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert allowed in answer.json()["allowed"]
    [detail] = answer.json()["detail"]
    assert ".".join(str(part) for part in detail["loc"]) == f"body.{field}"
    assert detail["msg"]
    assert detail["type"]


@pytest.mark.parametrize("number", ["inf", "-Infinity", "nan"])
def test_a_number_is_finite(many, number):
    answer = many.http.post("/half", json={"number": number})

    assert answer.status_code == 422
    assert "finite" in answer.json()["allowed"]


def test_arguments_may_be_called_as_pydantics_own_methods(many):
    answer = many.http.post("/model-dump", json={"schema": "x", "json": 3})

    assert answer.json()["output"] == "xxx"


@pytest.mark.parametrize("value", [None, 3, {"a": [1.5, "\ud800"]}])
def test_an_argument_without_an_annotation_takes_anything(many, value):
    answer = many.http.post("/no-annotations", content=json.dumps({"anything": value}))

    assert answer.json()["output"] == value


@pytest.mark.parametrize(
    "body",
    [
        b'{"anything": 1e999}',
        b'{"anything": ' + b"[" * 101 + b"]" * 101 + b"}",
    ],
    ids=["infinite", "deep"],
)
def test_what_no_answer_could_repeat_is_400(many, body):
    answer = many.http.post("/no-annotations", content=body)

    assert answer.status_code == 400


def test_other_methods_have_paths_of_their_own(many):
    assert many.http.post("/v1/deep/path", json={}).json()["output"] == "here"
    assert many.http.post("/elsewhere", json={}).status_code == 404
    assert many.http.get("/v1/deep/path").status_code == 405


@pytest.mark.parametrize("path", ["/_hidden", "/-hidden", "/helper", "/progress", "/setup"])
def test_what_is_private_static_or_a_hook_is_no_route(many, path):
    assert many.http.post(path, json={}).status_code == 404


def test_a_picture_goes_in_and_comes_out(many):
    answer = many.http.post("/turn", json={"image": {"data": png(4, 2)}})

    picture = Pillow.open(io.BytesIO(base64.b64decode(answer.json()["output"]["data"])))
    assert picture.getpixel((0, 0)) == (0, 0, 0)
    assert picture.size == (4, 2)


@pytest.mark.parametrize(
    ("image", "field"),
    [
        ({"data": "!!"}, "image.data"),
        ({"data": "abc"}, "image.data"),
        ({}, "image.data"),
        ("text", "image"),
        ({"data": base64.b64encode(b"no picture").decode()}, "image"),
        ({"data": png()[:60]}, "image"),
    ],
    ids=["no base64", "cut base64", "nothing", "no object", "no picture", "cut picture"],
)
def test_a_picture_that_is_none_is_422(many, image, field):
    answer = many.http.post("/turn", json={"image": image})

    assert answer.status_code == 422
    assert answer.json()["field"].startswith(field)


@pytest.mark.parametrize(
    ("path", "inputs", "field"),
    [
        ("/turn", {"image": {"data": {"url": "http://127.0.0.1:1/"}}}, "image.data"),
        ("/inside", {"files": [{"a": {"data": {"url": "https://x.example/"}}}]}, "files.0.a.data"),
    ],
)
def test_an_address_in_place_of_a_file_is_refused(many, path, inputs, field):
    answer = many.http.post(path, json=inputs)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert "not fetched" in answer.json()["message"]


def test_a_form_brings_texts_and_files(many):
    answer = many.http.post(
        "/infer-form-data", data={"note": "n"}, files={"file": ("a.txt", b"abc", "text/plain")}
    )

    assert answer.json()["output"] == "untitled: n, a.txt (text/plain) abc"


@pytest.mark.parametrize(
    ("data", "files", "field"),
    [
        ({"note": "n"}, {}, "file"),
        ({}, {"file": ("a", b"abc")}, "note"),
        ({"note": "n", "file": "text"}, {}, "file"),
        ({}, {"file": ("a", b"abc"), "note": ("b", b"abc")}, "note"),
        ({"note": "n", "nope": "n"}, {"file": ("a", b"abc")}, "nope"),
    ],
    ids=["no file", "no text", "text for file", "file for text", "unknown"],
)
def test_a_form_with_a_wrong_input_is_422(many, data, files, field):
    answer = many.http.post("/infer-form-data", data=data, files=files)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_a_form_may_not_be_json_broken_or_large(many):
    json_body = many.http.post("/infer-form-data", json={"note": "n"})
    broken = many.http.post(
        "/infer-form-data",
        content=b"--x\r\nbroken",
        headers={"content-type": "multipart/form-data; boundary=y"},
    )
    large = many.http.post(
        "/infer-form-data",
        data={"note": "n"},
        files={"file": ("a", b"x" * (11 * 1024 * 1024))},
    )

    assert [answer.status_code for answer in (json_body, broken, large)] == [400, 400, 400]


def test_an_answer_that_is_not_as_annotated_is_an_opaque_500(many, caplog):
    answer = many.http.post("/lies", json={})

    assert answer.status_code == 500
    assert "not a number" not in answer.text
    assert "not a number" in caplog.text


def test_nan_is_null(many):
    assert many.http.post("/nan", json={}).json()["output"] == {"x": None, "y": 0.0}


def test_sys_exit_ends_its_call_and_no_more(many):
    assert many.http.post("/leave", json={}).status_code == 500
    assert many.http.get("/healthcheck").status_code == 200


def test_a_text_in_an_object_of_its_own(many):
    assert many.http.post("/text", json={"text": {"text": "x"}}).json()["output"] == {"text": "x!"}


def test_the_document_describes_every_method(many):
    document = many.http.get("/openapi.json").json()
    schemas = document["components"]["schemas"]

    assert set(document["paths"]) >= {"/infer", "/model-dump", "/v1/deep/path", "/infer-form-data"}
    body = document["paths"]["/infer"]["post"]["requestBody"]["content"]["application/json"]
    assert schemas[body["schema"]["$ref"].rpartition("/")[2]]["required"] == ["number"]
    assert schemas["Point"]["properties"]["x"]["type"] == "number"
    form = document["paths"]["/infer-form-data"]["post"]["requestBody"]["content"]
    assert form["multipart/form-data"]["schema"]["required"] == ["note", "file"]


def test_the_documentation_needs_no_other_machine(many):
    page = many.http.get("/docs")

    assert page.status_code == 200
    assert "https://" not in page.text
    assert many.http.get("/static-offline-docs/swagger-ui-bundle.js").status_code == 200


@pytest.mark.parametrize(
    ("path", "items"),
    [("/infer", ["é0", "é1", "é2"]), ("/later", [{"x": n, "y": 0.0} for n in (0.0, 1.0, 2.0)])],
)
def test_a_generator_streams_for_those_who_ask_and_answers_the_others(series, path, items):
    server, _ = series

    streamed = server.http.post(path, json={"count": 3, "stream": True})
    answered = server.http.post(path, json={"count": 3})

    assert lines(streamed) == items
    assert answered.json()["output"] == items


def test_a_client_that_accepts_a_stream_and_asks_for_none_gets_json(series):
    server, _ = series

    answer = server.http.post("/infer", json={"count": 1}, headers={"accept": "text/event-stream"})

    assert answer.json()["output"] == ["é0"]


def test_a_generator_runs_in_one_thread(series):
    server, service = series

    server.http.post("/infer", json={"count": 50, "stream": True})

    assert len(service.thread_names) == 1
    assert service.closed.is_set()


def test_a_generator_that_fails_is_opaque_before_and_after_its_first_item(series):
    server, _ = series

    before = server.http.post("/infer", json={"count": 2, "fail_at": 0, "stream": True})
    after = server.http.post("/infer", json={"count": 2, "fail_at": 1, "stream": True})

    assert before.status_code == 500
    assert lines(after)[-1]["event"] == "failed"
    assert "swordfish" not in before.text + after.text


def test_a_client_that_goes_closes_a_plain_generator(series):
    server, service = series
    connection = server.raw_request("/infer", b'{"count": 1000000000, "stream": true}')
    assert service.began.wait(PATIENCE)

    connection.close()

    assert service.closed.wait(PATIENCE)
    wait_until(lambda: server.host.idle)


@pytest.mark.parametrize("body", [b"{}", b'{"stream": true}'])
def test_a_client_that_goes_ends_plain_work_at_its_next_progress(series, body):
    server, service = series
    connection = server.raw_request("/endless", body)
    assert service.began.wait(PATIENCE)
    assert not service.cancelled.is_set()

    connection.close()

    assert service.cancelled.wait(PATIENCE)


@pytest.mark.parametrize("path", ["/steps", "/async-steps"])
def test_progress_comes_before_the_answer(series, path):
    server, _ = series

    *steps, last = lines(server.http.post(path, json={"count": 3, "stream": True}))
    answered = server.http.post(path, json={"count": 3})

    assert [(step["event"], step["done"], step["total"]) for step in steps] == [
        ("progress", number, 3) for number in (1, 2, 3)
    ]
    assert last["output"] == answered.json()["output"] == "done"


def test_a_method_with_an_input_called_stream_is_told_of_it(series):
    server, _ = series

    assert lines(server.http.post("/chosen", json={"stream": True})) == ["a", "b"]
    assert server.http.post("/chosen", json={"stream": False}).json()["output"] == "ab"


def test_a_class_that_extends_nothing_is_a_service():
    service = Plain()
    with served(service) as server:
        assert server.http.post("/infer", json={}).json()["output"] == "plain"
        assert server.http.post("/more", json={}).json()["output"] == "more"
        assert server.http.post("/parameters", json={}).status_code == 404
        assert server.http.get("/facts").json() == {}
    assert service.let_go.is_set()


def test_hooks_run_in_their_order():
    service = Hooks()
    with served(service) as server:
        assert server.http.post("/infer", json={}).json()["output"] == ["startup", "setup"]
    assert service.calls == ["startup", "setup", "server shutdown", "shutdown"]


def test_requests_are_worked_on_side_by_side():
    with served(Parallel()) as server:
        answers = []

        def ask():
            answers.append(server.http.post("/infer", json={}).json()["output"])

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)

    assert answers == ["met", "met"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("SamePath", "other and infer have the same path"),
        ("BadPath", "'no-slash'"),
        ("BadAnnotation", "The argument lock of BadAnnotation.infer"),
        ("BadForm", "The argument number of BadForm.infer_form_data"),
        ("FileInJson", "takes a File"),
        ("Unreadable", "NoSuchType"),
    ],
)
def test_a_class_that_cannot_be_served_says_why_before_it_is(name, says):
    with pytest.raises(InvalidRequest, match=says):
        ServiceHost(getattr(methods, name)())


def test_the_replicas_name_is_on_every_answer(monkeypatch):
    monkeypatch.setenv("INKCLOUD_REPLICA_NAME", "hello-3")
    with served(Plain()) as server:
        answers = [server.http.get("/healthcheck"), server.http.post("/infer", json={"bad": 1})]

    assert [answer.headers["OCTOAI_REPLICA_NAME"] for answer in answers] == ["hello-3"] * 2
