"""`predict` in its later generations, as a job and as a stream."""

import base64
import io
import json
import socket

import httpx2
import pytest
from PIL import Image

from support.dialect_gateway import dialect_gateway
from support.stub_replica import StubReplica, tiny_png
from support.waiting import wait_until

PREDICT = "/endpoints/open/predict"
LATER = {"prompt": "x", "sampler": "K_EULER", "cfg_scale": 9, "steps": 7, "seed": 3}


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    with dialect_gateway(tmp_path, replica) as running:
        yield running


def finished(gateway, poll_url):
    """Follow a job by its poll address and return its last view."""

    def over():
        answer = gateway.http.get(poll_url)
        last = answer.status_code != 200 or answer.json()["status"] == "completed"
        return answer if last else None

    return wait_until(over)


def events(answer):
    lines = [line for line in answer.text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line[6:]) for line in lines[:-1]]


def test_a_later_generation_is_answered_with_a_completion(gateway, replica):
    answer = gateway.http.post(PREDICT, json=LATER)

    assert answer.status_code == 200
    assert base64.b64decode(answer.json()["completion"]["image_0"]) == tiny_png(3)
    sent = replica.requests[-1]
    assert (sent["scheduler"], sent["guidance_scale"], sent["num_inference_steps"]) == (
        "K_EULER",
        9.0,
        7,
    )


def test_a_later_generation_may_start_from_an_image(gateway, replica):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    image = base64.b64encode(file.getvalue()).decode()

    answer = gateway.http.post(PREDICT, json=LATER | {"image": image, "strength": 0.5})

    assert answer.status_code == 200, answer.text
    assert (replica.requests[-1]["image"], replica.requests[-1]["strength"]) == (image, 0.5)


def test_an_error_of_the_replica_is_named_as_the_caller_wrote_it(gateway):
    answer = gateway.http.post(PREDICT, json=LATER | {"prompt": "fail"})

    assert (answer.status_code, answer.json()["field"]) == (422, "sampler")


@pytest.mark.parametrize("header", [{"X-OctoAI-Async": "1"}, {"Prefer": "respond-async"}])
@pytest.mark.parametrize("body", [LATER, {"prompt": "x", "seed": 3}])
def test_the_answer_of_a_job_is_that_of_the_call(gateway, header, body):
    at_once = gateway.http.post(PREDICT, json=body).json()

    accepted = gateway.http.post(PREDICT, json=body, headers=header)
    done = finished(gateway, accepted.json()["poll_url"])

    assert accepted.status_code == 202
    assert accepted.json()["response_id"] in accepted.json()["poll_url"]
    assert accepted.json()["poll_url"].startswith(gateway.url)
    assert gateway.http.get(done.json()["response_url"]).json() == at_once


def test_a_job_that_fails_is_a_4xx_when_polled(gateway):
    accepted = gateway.http.post(PREDICT, json={"prompt": "fail"}, headers={"X-OctoAI-Async": "1"})

    assert finished(gateway, accepted.json()["poll_url"]).status_code == 422


def test_an_idempotency_key_makes_one_picture_of_two_requests(gateway, replica):
    key = {"Idempotency-Key": "mine"}

    first, second = (gateway.http.post(PREDICT, json={"prompt": "x"}, headers=key) for _ in "ab")

    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert first.headers["x-inkcloud-generation"] == second.headers["x-inkcloud-generation"]
    assert len(replica.requests) == 1


def test_without_a_key_the_same_request_is_two(gateway, replica):
    for _ in range(2):
        gateway.http.post(PREDICT, json={"prompt": "x"})

    assert len(replica.requests) == 2


def test_a_key_used_for_another_request_is_refused(gateway):
    key = {"Idempotency-Key": "mine"}
    gateway.http.post(PREDICT, json={"prompt": "x"}, headers=key)

    assert gateway.http.post(PREDICT, json={"prompt": "y"}, headers=key).status_code == 422


def test_a_key_whose_first_request_is_at_work_is_a_conflict(gateway, replica):
    both = {"Idempotency-Key": "mine", "X-OctoAI-Async": "1"}
    accepted = gateway.http.post(PREDICT, json={"prompt": "slow"}, headers=both)
    replica.next_started()

    again = gateway.http.post(PREDICT, json={"prompt": "slow"}, headers={"Idempotency-Key": "mine"})
    same = gateway.http.post(PREDICT, json={"prompt": "slow"}, headers=both)
    replica.release()

    assert again.status_code == 409
    assert same.json() == accepted.json()
    assert finished(gateway, accepted.json()["poll_url"]).status_code == 200


@pytest.mark.parametrize(("body", "form"), [(LATER, "completion"), ({"prompt": "x"}, "image_0")])
def test_a_stream_ends_with_the_pictures(gateway, body, form):
    answer = gateway.http.post(PREDICT, json=body | {"stream": True, "seed": 3})
    *_, last = events(answer)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert last["event"] == "finished"
    image = last["completion"]["image_0"] if form == "completion" else last["image_0"]
    assert base64.b64decode(image) == tiny_png(3)


def test_a_stream_tells_of_progress(gateway, replica):
    body = {"prompt": "slow", "stream": True}
    with gateway.http.stream("POST", PREDICT, json=body) as stream:
        lines = stream.iter_lines()
        seen = next(line for line in lines if '"progress"' in line)
        replica.release()
        rest = [line for line in lines if line]

    assert json.loads(seen[6:])["total"] == 20
    assert rest[-1] == "data: [DONE]"


def test_a_stream_that_fails_says_so_at_its_end(gateway):
    answer = gateway.http.post(PREDICT, json=LATER | {"prompt": "fail", "stream": True})

    *_, last = events(answer)
    assert (last["event"], last["error"]["field"]) == ("failed", "sampler")


def test_leaving_a_stream_stops_the_work(gateway, replica):
    body = b'{"prompt": "slow leaving", "stream": true}'
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + body)
        replica.next_started()

    assert replica.next_gone() == "slow leaving"


@pytest.mark.parametrize("header", [{"X-OctoAI-Async": "1"}, {"Idempotency-Key": "mine"}])
def test_a_stream_is_neither_a_job_nor_repeated(gateway, header):
    answer = gateway.http.post(PREDICT, json={"prompt": "x", "stream": True}, headers=header)

    assert (answer.status_code, answer.json()["field"]) == (422, "stream")


def test_a_deadline_is_kept(gateway):
    answer = gateway.http.post(
        PREDICT, json={"prompt": "slow"}, headers={"Inkcloud-Deadline": "0.2"}
    )

    assert answer.status_code == 504


def test_the_endpoints_own_host_name_is_the_same(gateway):
    answer = httpx2.post(
        f"{gateway.url}/predict",
        json={"prompt": "x", "seed": 3},
        headers={"Host": f"open.localhost:{gateway.port}"},
        trust_env=False,
    )

    assert base64.b64decode(answer.json()["image_0"]) == tiny_png(3)
