import base64
import io

import pytest
from PIL import Image

from support.dialect_gateway import DEFAULT, dialect_gateway, make_default_private
from support.stub_replica import StubReplica, tiny_png

GENERATE = "/generate/sd"


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    with dialect_gateway(tmp_path_factory.mktemp("data"), replica) as running:
        yield running


def test_a_jpeg_comes_from_the_default_endpoint(gateway, replica):
    answer = gateway.http.post(GENERATE, json={"prompt": "x", "seed": 4})

    [image] = answer.json()["images"]
    with Image.open(io.BytesIO(base64.b64decode(image["image_b64"]))) as opened:
        assert opened.format == "JPEG"
    assert (image["seed"], image["removed_for_safety"]) == (4, False)
    assert answer.json()["prediction_time_ms"] > 0
    sent = replica.requests[-1]
    assert (sent["scheduler"], sent["num_inference_steps"], sent["guidance_scale"]) == (
        "DDIM",
        30,
        12.0,
    )


def test_a_list_of_seeds_gives_the_pictures_in_order(gateway):
    seeds = [9, 200, 201, 3]
    body = {"prompt": "x", "seed": seeds, "num_images": 4, "image_encoding": "png"}

    images = gateway.http.post(GENERATE, json=body).json()["images"]

    assert [image["seed"] for image in images] == seeds
    pngs = [base64.b64decode(image["image_b64"]) for image in images]
    assert pngs == [tiny_png(seed) for seed in seeds]


def test_a_checkpoint_may_name_an_endpoint(gateway):
    body = {"prompt": "named", "checkpoint": "shut"}

    gateway.http.post(GENERATE, json=body, headers=gateway.authorization)
    gateway.http.post(GENERATE, json=body)

    prompts = {
        name: [
            g["request"]["prompt"]
            for g in gateway.http.get(
                f"/endpoints/{name}/generations", headers=gateway.authorization
            ).json()["generations"]
        ]
        for name in ("shut", DEFAULT)
    }
    assert prompts["shut"] == ["named"]
    assert prompts[DEFAULT].count("named") == 1  # the stranger's: to it there is no "shut"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"prompt": "x", "steps": 0}, ["body", "steps"]),
        ({"prompt": "x", "cfg_scale": 30}, ["body", "cfg_scale"]),
        ({"prompt": "x", "width": 100}, ["body", "width"]),
        ({"prompt": "fail"}, ["body", "sampler"]),
        ({}, ["body", "prompt"]),
    ],
)
def test_bad_values_are_422_with_a_list(gateway, body, place):
    answer = gateway.http.post(GENERATE, json=body)

    assert answer.status_code == 422
    assert [detail["loc"] for detail in answer.json()["detail"]] == [place]


def test_if_one_picture_fails_the_others_are_stopped(gateway, replica):
    body = {"prompt": "die always list", "seed": [1, 7], "num_images": 2}

    answer = gateway.http.post(GENERATE, json=body)

    assert (answer.status_code, type(answer.json()["detail"])) == (502, str)


@pytest.mark.parametrize("engine", ["controlnet-sd", "no-such"])
def test_an_engine_that_is_not_here_is_a_404_in_a_text(gateway, engine):
    answer = gateway.http.post(f"/generate/{engine}", json={"prompt": "x"})

    assert answer.status_code == 404
    assert "engine" in answer.json()["detail"]


def test_a_body_that_cannot_be_read_is_in_the_envelope_too(gateway):
    answer = gateway.http.post(GENERATE, content=b"{")

    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (400, ["body"])


def test_a_private_default_endpoint_needs_a_token(replica, tmp_path):
    with dialect_gateway(tmp_path, replica) as gateway:
        make_default_private(gateway)

        refused = gateway.http.post(GENERATE, json={"prompt": "x"})
        served = gateway.http.post(GENERATE, json={"prompt": "x"}, headers=gateway.authorization)

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert isinstance(refused.json()["detail"], str)
    assert served.status_code == 200
