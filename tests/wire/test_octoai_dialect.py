import base64

import pytest

from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import octoai
from inkcloud.wire.octoai import Form
from inkcloud.wire.predict_body import PredictBody

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def test_the_tutorials_form_is_read():
    wanted = octoai.decode(
        {
            "prompt": "an octopus",
            "negative_prompt": "blur",
            "guidance_scale": 10,
            "num_inference_steps": 30,
            "solver": "K_EULER",
            "seed": 24,
        }
    )

    assert (wanted.form, wanted.stream) == (Form.TUTORIAL, False)
    assert wanted.request == GenerationRequest(
        prompt="an octopus",
        negative_prompt="blur",
        guidance_scale=10.0,
        num_inference_steps=30,
        scheduler=SamplerName.K_EULER,
        seed=24,
    )


def test_what_is_absent_gets_the_defaults_and_a_random_seed():
    request, other = (octoai.decode({"prompt": "x"}).request for _ in range(2))

    assert (request.num_inference_steps, request.guidance_scale) == (20, 7.5)
    assert request.scheduler is SamplerName.DPM_SOLVER_MULTISTEP
    assert request.seed != other.seed


def test_the_same_idempotency_key_gives_the_same_random_seed():
    one, same, other = (octoai.decode({"prompt": "x"}, key=k).request.seed for k in "aab")

    assert one == same != other


@pytest.mark.parametrize("field", ["scheduler", "deadline_seconds", "preview_every"])
def test_only_this_dialects_fields_are_taken(field):
    with pytest.raises(InvalidRequest) as caught:
        octoai.decode({"prompt": "x", field: 1})

    assert caught.value.field == field
    assert "solver" in caught.value.allowed
    assert "scheduler" not in caught.value.allowed


@pytest.mark.parametrize(
    "later",
    [
        {"sampler": "K_DPMPP_2M", "cfg_scale": 9, "steps": 12},
        {"model": "any", "sampler": "DPM_SOLVER_MULTISTEP", "cfg_scale": 9.0, "steps": 12},
        {"steps": 12, "cfg_scale": 9, "use_refiner": True, "high_noise_frac": 0.8, "loras": {}},
        {"steps": 12, "cfg_scale": 9, "vae": None, "style_preset": "base", "loras": None},
    ],
)
def test_the_later_forms_are_recognised_by_their_fields(later):
    wanted = octoai.decode({"prompt": "x", "seed": 3, "num_images": 2, "width": 128, **later})

    assert wanted.form is Form.COMPLETION
    assert wanted.request == GenerationRequest(
        prompt="x", seed=3, num_images=2, width=128, guidance_scale=9.0, num_inference_steps=12
    )


def test_a_later_form_may_start_from_an_image():
    wanted = octoai.decode({"prompt": "x", "image": PNG, "strength": 0.5})

    assert wanted.form is Form.COMPLETION
    assert wanted.request.image == base64.b64decode(PNG)
    assert wanted.request.strength == 0.5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"steps": 0}, "steps"),
        ({"cfg_scale": 0.5}, "cfg_scale"),
        ({"cfg_scale": "7"}, "cfg_scale"),
        ({"sampler": "HEUN"}, "sampler"),
        ({"sampler": 3}, "sampler"),
        ({"loras": {"crayon": 0.4}}, "loras"),
        ({"vae": "mine"}, "vae"),
        ({"style_preset": "anime"}, "style_preset"),
        ({"strength": 0.5}, "strength"),
        ({"image": "not base64!"}, "image"),
        ({"image": "https://example.com/a.png"}, "image"),
        ({"image": PNG, "strength": 2}, "strength"),
        ({"model": 3}, "model"),
        ({"steps": 3, "guidance_scale": 7}, "steps"),
        ({"stream": "yes"}, "stream"),
        ({"steps": 3, "unknown": 1}, "unknown"),
    ],
)
def test_a_bad_value_of_a_later_form_is_named_as_it_was_written(body, field):
    with pytest.raises(InvalidRequest) as caught:
        octoai.decode({"prompt": "x", **body})

    assert caught.value.field == field
    assert caught.value.allowed


def test_errors_name_the_solver():
    with pytest.raises(InvalidRequest) as caught:
        octoai.decode({"prompt": "x", "solver": "HEUNISH"})

    assert (caught.value.field, caught.value.value) == ("solver", "HEUNISH")
    assert octoai.rename(InvalidRequest("x", field="scheduler")).field == "solver"
    assert octoai.rename(InvalidRequest("x", field="scheduler"), Form.COMPLETION).field == "sampler"
    assert octoai.rename(NotFound("x")).field is None


def test_pictures_are_numbered_base64():
    answer = octoai.encode([b"one", b"two"])

    assert {key: base64.b64decode(value) for key, value in answer.items()} == {
        "image_0": b"one",
        "image_1": b"two",
    }
    assert octoai.encode([b"one"], Form.COMPLETION) == {"completion": {"image_0": "b25l"}}


@pytest.mark.parametrize("form", Form)
def test_a_job_remembers_the_form_of_its_answer(form):
    assert octoai.form_of(octoai.tag_of(form)) is form


def test_the_description_has_every_field():
    assert set(PredictBody.model_json_schema()["properties"]) == set(octoai.FIELDS)
