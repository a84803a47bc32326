import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import Parameters, parse_seed
from inkcloud.playground.presets import PRESETS


def parameters(**changes) -> Parameters:
    known = {
        "negative_prompt": "blurry",
        "steps": 20,
        "scheduler": SamplerName.DDIM,
        "guidance_scale": 7.5,
        "seed": "42",
    }
    return Parameters(**{**known, **changes})


@pytest.mark.parametrize(
    ("text", "seed"),
    [("0", 0), (" 42 ", 42), (str(2**53 + 1), 2**53 + 1), (str(2**64 - 1), 2**64 - 1), ("007", 7)],
)
def test_a_seed_is_read_exactly(text, seed):
    assert parse_seed(text) == seed


@pytest.mark.parametrize(
    "text", ["", " ", "-1", "1.5", "1e3", "x", "1_000", "٣", "²", str(2**64), "9" * 5000]
)
def test_what_is_no_seed_is_refused_by_name(text):
    with pytest.raises(InvalidRequest) as caught:
        parse_seed(text)

    assert caught.value.field == "seed"
    assert "18446744073709551615" in caught.value.allowed


def test_a_panel_becomes_a_request():
    request = parameters(seed=str(2**64 - 1)).request("an octopus")

    assert request.prompt == "an octopus"
    assert request.negative_prompt == "blurry"
    assert request.num_inference_steps == 20
    assert request.scheduler is SamplerName.DDIM
    assert request.guidance_scale == 7.5
    assert request.seed == 2**64 - 1


@pytest.mark.parametrize(("seconds", "every"), [(None, 50), (60.0, 17)])
def test_the_time_that_a_picture_takes_decides_how_many_previews_it_has(seconds, every):
    assert parameters(steps=500).request("x", seconds=seconds).preview_every == every


def test_a_sliders_rounding_error_does_not_reach_the_request():
    assert parameters(guidance_scale=7.6000000000000005).request("x").guidance_scale == 7.6


def test_the_size_and_the_number_of_pictures_reach_the_request():
    sized = parameters(width=512, height=384, images=4)

    request = sized.request("x")

    assert (request.width, request.height, request.num_images) == (512, 384, 4)
    assert Parameters.from_request(request.as_mapping()) == sized


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"variation_seed": "-1"}, "variation_seed"),
        ({"variation_strength": 1.5}, "variation_strength"),
        ({"variation_strength": float("nan")}, "variation_strength"),
    ],
)
def test_a_bad_variation_is_refused_by_name(changes, field):
    with pytest.raises(InvalidRequest) as caught:
        parameters(**changes).request("x")

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("seed", "strength", "varied"), [("", 0.5, False), ("7", 0.0, False), ("7", 0.5, True)]
)
def test_a_variation_needs_a_seed_and_a_strength(seed, strength, varied):
    assert parameters(variation_seed=seed, variation_strength=strength).varied == varied


def test_an_empty_prompt_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        parameters().request("  ")

    assert caught.value.field == "prompt"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_request_gives_its_parameters_back(preset):
    request = preset.parameters.request("x").as_mapping()

    assert Parameters.from_request(request) == preset.parameters
