import base64

import pytest

from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.wire import octoai


def test_the_tutorials_form_is_read():
    request = octoai.decode(
        {
            "prompt": "an octopus",
            "negative_prompt": "blur",
            "guidance_scale": 10,
            "num_inference_steps": 30,
            "solver": "K_EULER",
            "seed": 24,
        }
    )

    assert request == GenerationRequest(
        prompt="an octopus",
        negative_prompt="blur",
        guidance_scale=10.0,
        num_inference_steps=30,
        scheduler=SamplerName.K_EULER,
        seed=24,
    )


def test_what_is_absent_gets_the_defaults_and_a_random_seed():
    request, other = (octoai.decode({"prompt": "x"}) for _ in range(2))

    assert (request.num_inference_steps, request.guidance_scale) == (20, 7.5)
    assert request.scheduler is SamplerName.DPM_SOLVER_MULTISTEP
    assert request.seed != other.seed


@pytest.mark.parametrize("field", ["scheduler", "deadline_seconds", "preview_every", "stream"])
def test_only_this_dialects_fields_are_taken(field):
    with pytest.raises(InvalidRequest) as caught:
        octoai.decode({"prompt": "x", field: 1})

    assert caught.value.field == field
    assert "solver" in caught.value.allowed
    assert "scheduler" not in caught.value.allowed


def test_errors_name_the_solver():
    with pytest.raises(InvalidRequest) as caught:
        octoai.decode({"prompt": "x", "solver": "HEUNISH"})

    assert (caught.value.field, caught.value.value) == ("solver", "HEUNISH")
    assert octoai.rename(InvalidRequest("x", field="scheduler")).field == "solver"
    assert octoai.rename(NotFound("x")).field is None


def test_pictures_are_numbered_base64():
    answer = octoai.encode([b"one", b"two"])

    assert {key: base64.b64decode(value) for key, value in answer.items()} == {
        "image_0": b"one",
        "image_1": b"two",
    }
