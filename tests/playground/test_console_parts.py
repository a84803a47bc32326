"""The console's parts that need no page."""

import base64
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from inkcloud.client import EndpointStatus
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.log_line import LogLine
from inkcloud.playground.console.activity import log_text, own_events
from inkcloud.playground.console.answer import look_through
from inkcloud.playground.console.charts import PLOTS, chart, rows
from inkcloud.playground.console.input_fields import read_inputs
from inkcloud.playground.console.inputs import Kind, Method, method_of_example, read_methods
from inkcloud.playground.console.sent import Sent, SentRequests
from inkcloud.playground.console.settings_form import read_environment
from inkcloud.playground.console.snippets import curl, python, snippets, too_long
from support.stub_gateway import png

OBJECT = {"type": "object"}


def document(**properties) -> dict:
    schema = {"properties": properties, "type": "object", "required": ["first"]}
    operation = {
        "summary": "Infer",
        "description": "Does it.\n\nRaises:\n    ValueError: never.",
        "requestBody": {"content": {"application/json": {"schema": schema}}},
    }
    definitions = {
        "Image": {"type": "object", "title": "Image", "properties": {"data": {"type": "string"}}},
        "Text": {"type": "object", "title": "Text", "properties": {"text": {"type": "string"}}},
        "Colour": {"enum": ["red", "blue"], "type": "string", "title": "Colour"},
        "Loop": {"$ref": "#/components/schemas/Loop"},
    }
    return {
        "paths": {"/infer": {"post": operation}, "/healthcheck": {"get": {}}},
        "components": {"schemas": definitions},
    }


def only(**schema):
    [method] = read_methods(document(it=schema))
    [found] = method.inputs
    return found


def ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": "string", "default": "x" * 100}, Kind.LONG_TEXT),
        ({"type": "string", "format": "binary"}, Kind.BASE64),
        ({"type": "string", "contentEncoding": "base64"}, Kind.BASE64),
        ({"type": "integer"}, Kind.WHOLE),
        ({"type": "integer", "maximum": 2**64 - 1}, Kind.LARGE_WHOLE),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": "boolean"}, Kind.FLAG),
        ({"type": "array", "items": {"type": "string"}}, Kind.JSON),
        ({"type": "object", "additionalProperties": True}, Kind.JSON),
        ({"enum": ["a", "b"]}, Kind.CHOICE),
        ({"const": 5}, Kind.CHOICE),
        (ref("Image"), Kind.MEDIA),
        (ref("Text"), Kind.WRAPPED_TEXT),
        (ref("Colour"), Kind.CHOICE),
        ({"anyOf": [ref("Image"), {"type": "null"}]}, Kind.MEDIA),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, Kind.JSON),
        (ref("Loop"), Kind.JSON),
        (ref("None"), Kind.JSON),
        ({}, Kind.JSON),
    ],
)
def test_each_kind_of_schema_has_its_kind_of_field(schema, kind):
    assert only(**schema).kind is kind


def test_bounds_choices_defaults_and_words_are_read():
    bounded = only(type="integer", exclusiveMinimum=0, maximum=9, default=3, description="So many")
    choice = only(**ref("Colour"), default="blue")

    assert (bounded.lowest, bounded.highest, bounded.default) == (1, 9, 3)
    assert (bounded.title, bounded.description) == ("It", "So many")
    assert (choice.choices, choice.default, choice.title) == (("red", "blue"), "blue", "It")


def test_what_must_be_given_is_known_and_null_need_not_be():
    [method] = read_methods(
        document(first={"type": "string"}, second={"anyOf": [{"type": "string"}, {"type": "null"}]})
    )

    assert [each.required for each in method.inputs] == [True, False]
    assert (method.path, method.title, method.description) == ("/infer", "Infer", "Does it.")


@pytest.mark.parametrize(
    "broken",
    [{}, {"paths": []}, {"paths": {"/infer": {"post": 5}}}, {"paths": {"/infer": {"post": {}}}}],
)
def test_a_document_that_says_little_breaks_nothing(broken):
    assert all(not method.inputs for method in read_methods(broken))


def test_a_form_can_be_made_from_an_example():
    method = method_of_example("/infer", {"a": "x", "b": 1, "c": 0.5, "d": True, "e": [1]})

    kinds = [each.kind for each in method.inputs]
    assert kinds == [Kind.TEXT, Kind.WHOLE, Kind.NUMBER, Kind.FLAG, Kind.JSON]
    assert method_of_example("/infer", {}).open_ended


def test_a_request_holds_what_was_typed_and_no_defaults():
    [method] = read_methods(
        document(
            first={"type": "string"},
            steps={"type": "integer", "default": 20},
            seed={"type": "integer", "maximum": 2**64 - 1, "default": 0},
            extra={"type": "object"},
            picture=ref("Image"),
            flag={"type": "boolean", "default": False},
        )
    )
    held = {"first": "x", "steps": 20, "seed": str(2**64 - 1), "extra": '{"a": [1]}'}
    held |= {"picture": b"abc", "flag": True}

    assert read_inputs(method, held) == {
        "first": "x",
        "seed": 2**64 - 1,
        "extra": {"a": [1]},
        "picture": {"data": base64.b64encode(b"abc").decode()},
        "flag": True,
    }
    assert read_inputs(method, held, ["steps"])["steps"] == 20


@pytest.mark.parametrize(
    ("name", "typed"), [("extra", "{"), ("extra", "NaN"), ("seed", "many"), ("first", None)]
)
def test_what_cannot_be_sent_is_named(name, typed):
    [method] = read_methods(
        document(
            first={"type": "string"},
            seed={"type": "integer", "maximum": 2**64},
            extra={"type": "object"},
        )
    )
    held = {"first": "x", "seed": "", "extra": ""}

    with pytest.raises(InvalidRequest) as caught:
        read_inputs(method, held | {name: typed})

    assert caught.value.field == name


@pytest.mark.parametrize("typed", ["[1]", "{", "NaN", '"x"'])
def test_a_whole_request_must_be_an_object(typed):
    with pytest.raises(InvalidRequest):
        read_inputs(Method(path="/x", title="x", open_ended=True), {"request": typed})


def test_pictures_are_found_wherever_they_are_and_the_rest_stays():
    picture = png("red")
    text = base64.b64encode(picture).decode()
    answer = {
        "a": [{"png": text}],
        "b": f"data:image/png;base64,{text}",
        "c": "iVBORw0KGgo",
        "d": 1,
    }

    seen = look_through(answer)

    assert [(each.place, each.kind) for each in seen.pictures] == [
        ("a[0].png", "PNG"),
        ("b", "PNG"),
    ]
    assert all(each.content == picture for each in seen.pictures)
    assert seen.value["a"][0]["png"].startswith("(picture 1: PNG")
    assert (seen.value["c"], seen.value["d"]) == ("iVBORw0KGgo", 1)


def test_an_answer_that_is_no_json_is_a_picture_or_counted():
    assert look_through(png("red")).pictures[0].kind == "PNG"
    assert look_through(b"abc").value == "3 bytes that are no JSON and no picture"


def test_curl_is_safe_to_paste_whatever_the_inputs_are():
    inputs = {"text": 'it\'s $(touch x) `y` "z" \\ \n ä'}

    words = shlex.split(curl("http://h/e/infer", inputs, private=True).replace("\\\n", " "))

    assert json.loads(words[words.index("-d") + 1]) == inputs
    assert "Authorization: Bearer $INKCLOUD_TOKEN" in words
    assert "Authorization" not in curl("http://h", inputs, private=False)


def test_the_python_snippet_is_python_whatever_the_inputs_are():
    inputs = {"text": 'quote " and \\ and \n', "flag": True, "none": None, "list": [1, {"a": 0.5}]}
    code = python("http://127.0.0.1:1/x", inputs, private=False)

    shown = code.partition("request =")[0] + "print(json.dumps(inputs))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == inputs
    compile(code, "snippet", "exec")


def test_a_long_body_comes_from_a_file():
    long = {"picture": "x" * 10000}

    assert too_long(long)
    for snippet in snippets("http://h", long, private=True):
        assert "request.json" in snippet.code
        assert len(snippet.code) < 1000


def test_the_figures_become_rows_and_gaps_stay_gaps():
    points = [
        {"at": "2026-01-01T00:00:00", "requests": 2, "faults": 0, "memory_bytes": 1048576},
        {"at": "2026-01-01T00:00:05", "requests": None},
    ]

    assert rows(PLOTS[0], points) == [
        {"at": "2026-01-01T00:00:00", "line": "answered", "value": 2},
        {"at": "2026-01-01T00:00:00", "line": "failed", "value": 0},
    ]
    assert rows(PLOTS[3], points)[0]["value"] == 1
    assert chart(PLOTS[0], points).to_dict()["height"] > 0


def test_settings_are_read_line_by_line_and_never_repeated():
    assert read_environment("A=1\n\n B=x=y\n") == {"A": "1", "B": "x=y"}
    with pytest.raises(InvalidRequest, match="Line 2") as caught:
        read_environment("A=1\nhush")
    assert "hush" not in str(caught.value.as_dict())


def test_a_log_line_gets_a_time_only_if_it_has_none():
    at = datetime(2026, 1, 2, tzinfo=UTC)
    lines = tuple(LogLine(at=at, replica="r", text=text) for text in ("2026-01-02 x", "plain"))

    first, second = log_text(lines).splitlines()

    assert first == "2026-01-02 x"
    assert second.endswith("00 plain")


def test_only_the_latest_requests_are_remembered():
    memory = SentRequests()
    for number in range(60):
        memory.keep(str(number), Sent(path="/infer", inputs={"n": number}))

    assert memory.find("0") is None
    assert memory.find("59").inputs == {"n": 59}


def test_the_events_of_an_earlier_endpoint_of_the_name_are_left_out():
    created = datetime(2026, 1, 2, tzinfo=UTC)
    endpoint = EndpointStatus(name="e", url="", state="running", public=True, created=created)
    events = tuple(
        EndpointEvent(sequence=number, endpoint="e", replica="", kind="x", text="", at=at)
        for number, at in enumerate([created.replace(year=2025), created.replace(hour=2), created])
    )

    assert [event.sequence for event in own_events(events, endpoint)] == [2, 1]
