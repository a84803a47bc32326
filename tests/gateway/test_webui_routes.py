import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from inkcloud.domain.access import Scope
from support.dialect_gateway import DEFAULT, dialect_gateway, make_default_private
from support.stub_replica import StubReplica, tiny_png
from support.waiting import wait_until

API = "/sdapi/v1"


@pytest.fixture
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture
def gateway(replica, tmp_path):
    with dialect_gateway(tmp_path, replica) as running:
        yield running


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def basic(token, user="anyone"):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()}


def progress(gateway, headers=None, **query):
    return gateway.http.get(f"{API}/progress", params=query, headers=headers).json()


def progress_with(gateway, wanted, headers=None):
    """Look until the progress is as wanted, and return it."""

    def found():
        now = progress(gateway, headers)
        return now if wanted(now) else None

    return wait_until(found)


def test_a_picture_comes_with_its_infotext(gateway):
    body = {"prompt": "a cat", "seed": 5, "steps": 9, "sampler_name": "Euler a", "width": 64}

    answer = gateway.http.post(f"{API}/txt2img", json=body | {"height": 64, "cfg_scale": 6})
    info = json.loads(answer.json()["info"])

    assert answer.status_code == 200
    assert [base64.b64decode(image) for image in answer.json()["images"]] == [tiny_png(5)]
    assert (info["seed"], info["all_seeds"]) == (5, [5])
    assert info["infotexts"][0].startswith(
        "a cat\nSteps: 9, Sampler: Euler a, CFG scale: 6, Seed: 5, Size: 64x64, Model hash: "
    )


def test_batches_and_iterations_are_in_the_order_of_their_seeds(gateway):
    body = {"prompt": "x", "seed": 5, "batch_size": 2, "n_iter": 2}

    answer = gateway.http.post(f"{API}/txt2img", json=body).json()

    assert [base64.b64decode(i) for i in answer["images"]] == [tiny_png(s) for s in (5, 6, 7, 8)]
    assert json.loads(answer["info"])["all_seeds"] == [5, 6, 7, 8]


def test_a_picture_may_be_the_start(gateway, replica):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    image = base64.b64encode(file.getvalue()).decode()
    body = {"prompt": "x", "init_images": ["data:image/png;base64," + image]}

    answer = gateway.http.post(f"{API}/img2img", json=body | {"denoising_strength": 0.4})

    assert answer.status_code == 200, answer.text
    assert (replica.requests[-1]["image"], replica.requests[-1]["strength"]) == (image, 0.4)


def test_an_unknown_sampler_is_a_404_in_the_web_uis_words(gateway):
    answer = gateway.http.post(f"{API}/txt2img", json={"prompt": "x", "sampler_name": "Restart"})

    assert (answer.status_code, answer.json()["detail"]) == (404, "Sampler not found")


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("txt2img", {"prompt": "x", "steps": 0}, 422, "steps"),
        ("txt2img", {"prompt": "x", "enable_hr": True}, 422, "enable_hr"),
        ("txt2img", {"prompt": "x", "width": 100}, 422, "width"),
        ("txt2img", {"prompt": "fail"}, 422, "sampler_name"),
        ("txt2img", {"prompt": "die always"}, 502, "replica"),
        ("img2img", {"prompt": "x"}, 422, "init_images"),
        ("options", {"samples_format": "gif"}, 422, "samples_format"),
        ("options", {"sd_model_checkpoint": "none"}, 422, "none"),
    ],
)
def test_errors_are_in_the_web_uis_envelope(gateway, path, body, status, word):
    answer = gateway.http.post(f"{API}/{path}", json=body)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail", "body", "errors"}
    assert word in answer.json()["detail"]


def test_at_rest_there_is_no_progress(gateway):
    gateway.http.post(f"{API}/txt2img", json={"prompt": "x"})

    found = progress(gateway)

    assert (found["progress"], found["state"]["job_count"]) == (0.0, 0)


def test_progress_is_the_callers_own(gateway, replica, pool):
    mine, other = basic(gateway.token), basic(gateway.tokens.create()[0])
    work = pool.submit(
        gateway.http.post,
        f"{API}/txt2img",
        json={"prompt": "slow", "n_iter": 2, "steps": 20, "seed": 3},
        headers=mine,
    )
    seen = progress_with(gateway, lambda p: p["current_image"], mine)
    bare = progress(gateway, mine, skip_current_image="true")
    elsewhere, stranger = progress(gateway, other), progress(gateway)
    replica.release()

    assert 0 < seen["progress"] < 1
    assert (seen["state"]["job_count"], seen["state"]["sampling_steps"]) == (2, 20)
    assert base64.b64decode(seen["current_image"]) in {tiny_png(s, side=4) for s in (3, 4)}
    assert bare["current_image"] is None
    assert elsewhere["state"]["job_count"] == stranger["state"]["job_count"] == 0
    assert work.result().status_code == 200
    assert progress(gateway, mine)["state"]["job_count"] == 0


def test_an_interruption_stops_only_the_callers_own_work(gateway, replica, pool):
    mine, other = basic(gateway.token), basic(gateway.tokens.create()[0])
    stopped = pool.submit(
        gateway.http.post, f"{API}/txt2img", json={"prompt": "slow one", "n_iter": 3}, headers=mine
    )
    kept = pool.submit(
        gateway.http.post, f"{API}/txt2img", json={"prompt": "slow two"}, headers=other
    )
    while sorted(replica.next_started() for _ in range(4)) != ["slow one"] * 3 + ["slow two"]:
        pass

    assert gateway.http.post(f"{API}/interrupt", headers=mine).json() == {}
    first = stopped.result()
    replica.release()

    assert (first.status_code, first.json()["images"]) == (200, [])
    assert len(kept.result().json()["images"]) == 1


def test_skipping_leaves_out_one_iteration(gateway, replica, pool):
    work = pool.submit(
        gateway.http.post, f"{API}/txt2img", json={"prompt": "slow", "n_iter": 3, "seed": 1}
    )
    for _ in range(3):
        replica.next_started()

    answer = gateway.http.post(f"{API}/skip")
    replica.release()

    assert answer.json() is None
    assert json.loads(work.result().json()["info"])["all_seeds"] in ([2, 3], [1, 3], [1, 2])


@pytest.mark.parametrize(("path", "answer"), [("interrupt", {}), ("skip", None)])
def test_at_rest_there_is_nothing_to_stop(gateway, path, answer):
    assert gateway.http.post(f"{API}/{path}").json() == answer


def test_checkpoints_are_the_endpoints_that_the_caller_may_use(gateway):
    def names(headers):
        models = gateway.http.get(f"{API}/sd-models", headers=headers).json()
        return {model["model_name"] for model in models}

    assert names({}) == {"open", DEFAULT}
    assert names(basic(gateway.token)) == {"open", "shut", DEFAULT}
    assert names(basic(gateway.tokens.create(scopes=[Scope.READ])[0])) == {"open", DEFAULT}


def test_the_chosen_checkpoint_is_the_callers_own(gateway):
    mine = basic(gateway.token)
    [shut] = [
        model
        for model in gateway.http.get(f"{API}/sd-models", headers=mine).json()
        if model["model_name"] == "shut"
    ]
    options = {"sd_model_checkpoint": shut["title"]}

    assert gateway.http.post(f"{API}/options", json=options, headers=mine).json() is None
    gateway.http.post(f"{API}/txt2img", json={"prompt": "chosen"}, headers=mine)

    assert gateway.http.get(f"{API}/options", headers=mine).json() == options | {
        "sd_checkpoint_hash": shut["sha256"]
    }
    theirs = gateway.http.get(f"{API}/options").json()["sd_model_checkpoint"]
    assert theirs.startswith(DEFAULT)
    listed = gateway.http.get("/endpoints/shut/generations", headers=gateway.authorization)
    assert [g["request"]["prompt"] for g in listed.json()["generations"]] == ["chosen"]


def test_a_request_may_choose_a_checkpoint_for_itself(gateway):
    body = {"prompt": "once", "override_settings": {"sd_model_checkpoint": "open"}}

    gateway.http.post(f"{API}/txt2img", json=body)

    listed = gateway.http.get("/endpoints/open/generations", headers=gateway.authorization)
    assert [g["request"]["prompt"] for g in listed.json()["generations"]] == ["once"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("scripts", {"txt2img": [], "img2img": []}),
        ("loras", []),
        ("upscalers", []),
        ("embeddings", {"loaded": {}, "skipped": {}}),
    ],
)
def test_what_there_is_none_of_is_an_empty_list(gateway, path, wanted):
    assert gateway.http.get(f"{API}/{path}").json() == wanted


def test_what_there_is_not_at_all_is_a_404(gateway):
    answer = gateway.http.get(f"{API}/memory")

    assert (answer.status_code, set(answer.json())) == (404, {"error", "detail", "body", "errors"})


def test_samplers_and_schedulers_have_what_clients_read(gateway):
    samplers = gateway.http.get(f"{API}/samplers").json()
    schedulers = gateway.http.get(f"{API}/schedulers").json()

    assert {"Euler a", "Euler", "LMS", "PLMS", "DDIM", "DPM++ 2M"} == {s["name"] for s in samplers}
    assert [set(s) for s in schedulers] == [
        {"name", "label", "aliases", "default_rho", "need_inner_model"}
    ]


def test_a_token_is_sent_as_a_password(gateway):
    make_default_private(gateway)

    def status(headers):
        return gateway.http.post(f"{API}/txt2img", json={"prompt": "x"}, headers=headers)

    refused = status({})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Basic realm="Inkcloud"'
    assert status(basic(gateway.token)).status_code == 200
    assert status(basic(gateway.token, user="")).status_code == 200
    assert status(gateway.authorization).status_code == 200
    assert status(basic(gateway.token[:-1])).status_code == 401
    assert status({"Authorization": "Basic " + gateway.token}).status_code == 401
    assert status({"Authorization": "Basic !"}).status_code == 401
    assert status({"Authorization": "Basic /w=="}).status_code == 401
    assert status(basic(gateway.tokens.create(scopes=[Scope.READ])[0])).status_code == 403
