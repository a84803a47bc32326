import base64
import json
from datetime import UTC, datetime

import pytest

from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.infotext import infotext
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import webui
from inkcloud.wire.webui import IDLE, Standing
from inkcloud.wire.webui_body import FromImageBody
from support.stub_replica import picture

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()
NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def record(**values):
    return picture({"prompt": "x", **values}, 0).record


def test_a_bare_prompt_gets_the_web_uis_defaults():
    wish = webui.decode({"prompt": "x"})
    [request] = wish.requests

    assert (request.num_inference_steps, request.guidance_scale) == (50, 7.0)
    assert request.scheduler is SamplerName.K_EULER
    assert request.seed != webui.decode({"prompt": "x"}).requests[0].seed
    assert wish.send_images


@pytest.mark.parametrize("seed", [-1, None])
def test_minus_one_is_a_random_seed(seed):
    seeds = {webui.decode({"prompt": "x", "seed": seed}).requests[0].seed for _ in range(4)}

    assert len(seeds) > 1
    assert all(0 <= each < 2**32 for each in seeds)


def test_iterations_go_on_counting_seeds():
    wish = webui.decode({"prompt": "x", "seed": 10, "batch_size": 2, "n_iter": 3})

    assert [(r.seed, r.num_images) for r in wish.requests] == [(10, 2), (12, 2), (14, 2)]
    assert wish.batch_size == 2


def test_with_a_variation_the_seed_stays_and_the_variation_seed_counts_on():
    wish = webui.decode(
        {"prompt": "x", "seed": 10, "batch_size": 2, "n_iter": 2}
        | {"subseed": 5, "subseed_strength": 0.2}
    )

    assert [(r.seed, r.variation_seed, r.num_images) for r in wish.requests] == [
        (10, subseed, 1) for subseed in (5, 6, 7, 8)
    ]
    assert {r.variation_strength for r in wish.requests} == {0.2}
    assert (wish.batch_size, wish.iterations) == (2, 2)


def test_a_variation_seed_of_minus_one_is_random_and_one_without_strength_means_nothing():
    random = {
        webui.decode({"prompt": "x", "subseed": -1, "subseed_strength": 0.1})
        .requests[0]
        .variation_seed
        for _ in range(4)
    }
    [none] = webui.decode({"prompt": "x", "subseed": 5, "subseed_strength": 0}).requests

    assert len(random) > 1
    assert (none.variation_seed, none.variation_strength) == (None, 0.0)


@pytest.mark.parametrize(
    ("name", "sampler"),
    [
        ("Euler a", SamplerName.K_EULER_ANCESTRAL),
        ("k_euler_a", SamplerName.K_EULER_ANCESTRAL),
        ("Euler", SamplerName.K_EULER),
        ("LMS", SamplerName.KLMS),
        ("PLMS", SamplerName.PNDM),
        ("DDIM", SamplerName.DDIM),
        ("DPM++ 2M", SamplerName.DPM_SOLVER_MULTISTEP),
    ],
)
def test_samplers_have_the_web_uis_names(name, sampler):
    by_name = webui.decode({"prompt": "x", "sampler_name": name})
    by_index = webui.decode({"prompt": "x", "sampler_name": None, "sampler_index": name})

    assert by_name.requests[0].scheduler is by_index.requests[0].scheduler is sampler


@pytest.mark.parametrize("name", ["Restart", "DPM++ 2M Karras", 3])
def test_an_unknown_sampler_is_not_found(name):
    with pytest.raises(NotFound, match=r"^Sampler not found$"):
        webui.decode({"prompt": "x", "sampler_name": name})


def test_unknown_fields_and_settings_are_tolerated():
    wish = webui.decode(
        {
            "prompt": "x",
            "eta": 1.0,
            "styles": ["mine"],
            "hr_scale": 2,
            "alwayson_scripts": {},
            "script_name": None,
            "scheduler": "Automatic",
            "override_settings": {"sd_model_checkpoint": "mine [0123456789]", "x": 1},
            "whatever": [1],
        }
    )

    assert wish.checkpoint == "mine"


def test_a_picture_can_be_the_start():
    wish = webui.decode(
        {"prompt": "x", "init_images": ["data:image/png;base64," + PNG]}, from_image=True
    )

    assert wish.requests[0].image == base64.b64decode(PNG)
    assert wish.requests[0].strength == 0.75


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"seed": -2}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"steps": 0}, "steps"),
        ({"cfg_scale": 30.5}, "cfg_scale"),
        ({"width": 63}, "width"),
        ({"batch_size": 17}, "batch_size"),
        ({"batch_size": 4, "n_iter": 5}, "n_iter"),
        ({"scheduler": "Karras"}, "scheduler"),
        ({"scheduler": 1}, "scheduler"),
        ({"enable_hr": True}, "enable_hr"),
        ({"tiling": True}, "tiling"),
        ({"subseed_strength": 1.5}, "subseed_strength"),
        ({"subseed_strength": "0.5"}, "subseed_strength"),
        ({"subseed_strength": True}, "subseed_strength"),
        ({"subseed_strength": []}, "subseed_strength"),
        ({"subseed_strength": 0.5, "subseed": 2.5}, "subseed"),
        ({"subseed_strength": 0.5, "subseed": 2**64 - 1, "batch_size": 2}, "subseed"),
        ({"script_name": "x/y plot"}, "script_name"),
        ({"alwayson_scripts": {"ControlNet": {}}}, "alwayson_scripts"),
        ({"override_settings": []}, "override_settings"),
        ({"override_settings": {"sd_model_checkpoint": 1}}, "sd_model_checkpoint"),
        ({"send_images": "no"}, "send_images"),
    ],
)
def test_a_bad_value_is_named_as_it_was_written(body, field):
    with pytest.raises(InvalidRequest) as caught:
        webui.decode({"prompt": "x", **body})

    assert caught.value.field == field
    assert caught.value.allowed


@pytest.mark.parametrize("images", [None, [], [PNG, PNG], PNG, [3], ["http://example.com/a.png"]])
def test_a_bad_start_is_named(images):
    with pytest.raises(InvalidRequest) as caught:
        webui.decode({"prompt": "x", "init_images": images}, from_image=True)

    assert caught.value.field == "init_images"


def test_the_answers_info_is_json_in_a_text():
    wish = webui.decode({"prompt": "x", "seed": 4, "n_iter": 2, "width": 64, "height": 64})
    records = [record(seed=4), record(seed=5, variation_seed=7, variation_strength=0.5)]

    answer = webui.encode(wish, [b"one", b"two"], records, began=NOW)
    info = json.loads(answer["info"])

    assert [base64.b64decode(image) for image in answer["images"]] == [b"one", b"two"]
    assert (info["seed"], info["all_seeds"]) == (4, [4, 5])
    assert info["all_subseeds"] == [-1, 7]
    assert info["infotexts"] == [infotext(each) for each in records]
    assert info["job_timestamp"] == "20300102030405"
    assert answer["parameters"]["n_iter"] == 2


def test_pictures_are_not_sent_to_those_who_do_not_want_them():
    wish = webui.decode({"prompt": "x", "send_images": False})

    assert webui.encode(wish, [b"one"], [record()], began=NOW)["images"] == []


def test_an_interrupted_request_is_answered_with_what_there_is():
    info = json.loads(webui.encode(webui.decode({"prompt": "x"}), [], [], began=NOW)["info"])

    assert (info["all_seeds"], info["infotexts"]) == ([], [])


def test_idle_is_progress_zero_and_no_jobs():
    progress = webui.encode_progress(IDLE)

    assert (progress["progress"], progress["state"]["job_count"]) == (0.0, 0)
    assert progress["current_image"] is None


def test_progress_tells_of_steps_and_the_preview():
    standing = Standing(
        fraction=0.25,
        seconds_left=3.5,
        iterations=2,
        iterations_done=0,
        steps=20,
        steps_done=10,
        began=NOW,
        preview=b"small",
    )

    progress = webui.encode_progress(standing)

    assert (progress["progress"], progress["eta_relative"]) == (0.25, 3.5)
    assert (progress["state"]["sampling_step"], progress["state"]["sampling_steps"]) == (10, 20)
    assert progress["state"]["job_timestamp"] == "20300102030405"
    assert base64.b64decode(progress["current_image"]) == b"small"


def test_every_sampler_is_listed_and_is_read_back_by_each_of_its_names():
    listed = webui.encode_samplers()

    assert len(listed) == len(SamplerName)
    for sampler in listed:
        found = {
            webui.decode({"prompt": "x", "sampler_name": name}).requests[0].scheduler
            for name in (sampler["name"], *sampler["aliases"])
        }
        assert len(found) == 1


@pytest.mark.parametrize("model_hash", [None, "0123456789abcdef"])
def test_a_checkpoints_title_is_read_back(model_hash):
    model = webui.encode_model("mine", model_hash)

    assert webui.name_in(model["title"]) == webui.name_in(model["model_name"]) == "mine"


def test_only_the_checkpoint_can_be_set():
    options = webui.encode_options("mine", "0123456789abcdef")

    assert webui.decode_options(options) == "mine"
    with pytest.raises(InvalidRequest) as caught:
        webui.decode_options({"CLIP_stop_at_last_layers": 2})
    assert caught.value.field == "CLIP_stop_at_last_layers"


def test_errors_are_in_the_web_uis_envelope():
    envelope = webui.encode_error(NotFound("Sampler not found"))

    assert envelope["detail"] == "Sampler not found"
    assert set(envelope) == {"error", "detail", "body", "errors"}


def test_the_description_names_what_is_not_supported():
    assert set(webui.UNSUPPORTED) <= set(FromImageBody.model_json_schema()["properties"])
