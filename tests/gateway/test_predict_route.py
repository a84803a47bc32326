import base64
import io
import socket

import pytest
from PIL import Image

from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

TUTORIAL = {
    "prompt": "A photo of an octopus playing chess",
    "negative_prompt": "",
    "guidance_scale": 7.5,
    "num_inference_steps": 20,
    "solver": "DPMSolverMultistep",
    "seed": 42,
}


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(replica)) as running:
        yield running


def test_the_tutorials_request_gives_exactly_one_png(gateway, replica):
    answer = gateway.http.post("/endpoints/open/predict", json=TUTORIAL)

    assert answer.status_code == 200
    assert list(answer.json()) == ["image_0"]
    with Image.open(io.BytesIO(base64.b64decode(answer.json()["image_0"]))) as image:
        assert image.format == "PNG"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-inkcloud-seed"] == "42"
    assert answer.headers["x-request-id"] == answer.headers["x-user-request-id"]
    sent = replica.requests[-1]
    assert (sent["scheduler"], sent["seed"], sent["num_inference_steps"]) == (
        "DPMSolverMultistep",
        42,
        20,
    )


def test_a_request_without_a_seed_gets_a_random_one_that_is_told(gateway):
    seeds = {
        gateway.http.post("/endpoints/open/predict", json={"prompt": "x"}).headers[
            "x-inkcloud-seed"
        ]
        for _ in range(4)
    }

    assert len(seeds) > 1
    assert all(0 <= int(seed) < 2**32 for seed in seeds)


def test_several_pictures_are_numbered(gateway):
    answer = gateway.http.post("/endpoints/open/predict", json={"prompt": "x", "num_images": 3})

    assert list(answer.json()) == ["image_0", "image_1", "image_2"]


@pytest.mark.parametrize(
    "content_type", [None, "application/x-www-form-urlencoded", "text/plain", "application/json"]
)
def test_json_is_read_whatever_the_content_type_says(gateway, content_type):
    headers = {} if content_type is None else {"content-type": content_type}

    answer = gateway.http.post(
        "/endpoints/open/predict", content=b'{"prompt": "x"}', headers=headers
    )

    assert answer.status_code == 200


def test_a_predict_is_a_job_that_the_list_shows(gateway):
    answer = gateway.http.post("/endpoints/open/predict", json=TUTORIAL)

    listed = gateway.http.get("/endpoints/open/generations", headers=gateway.authorization).json()
    job = listed["generations"][0]
    assert job["id"] == answer.headers["x-inkcloud-generation"]
    assert job["state"] == "succeeded"


@pytest.mark.parametrize("prompt", ["fail now", "refuse now"])
def test_an_error_of_the_replica_names_the_field_as_the_caller_wrote_it(gateway, prompt):
    answer = gateway.http.post("/endpoints/open/predict", json={"prompt": prompt})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == "solver"
    assert answer.json()["allowed"] == "one of DDIM"


def test_a_replica_that_always_dies_gives_a_clear_502(gateway):
    answer = gateway.http.post("/endpoints/open/predict", json={"prompt": "die always 502"})

    assert answer.status_code == 502
    assert answer.json()["code"] == "replica_lost"


def test_a_caller_who_hangs_up_cancels_the_work(gateway, replica):
    body = b'{"prompt": "slow hang-up"}'
    head = (
        f"POST /endpoints/open/predict HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + body)
        while replica.next_started() != "slow hang-up":
            pass

    assert replica.next_gone() == "slow hang-up"
    path = "/endpoints/open/generations"
    listed = gateway.http.get(path, headers=gateway.authorization).json()["generations"]
    job = next(job for job in listed if job["request"]["prompt"] == "slow hang-up")
    assert gateway.ended(job)["state"] == "cancelled"
