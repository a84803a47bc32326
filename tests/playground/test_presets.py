import pytest

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.presets import (
    NEGATIVE_EXAMPLES,
    PRESETS,
    matching_example,
    matching_preset,
    preset_named,
)


def test_the_presets_are_the_tutorials():
    values = [
        (p.parameters.scheduler, p.parameters.steps, p.parameters.guidance_scale, p.parameters.seed)
        for p in PRESETS
    ]

    assert values == [
        (SamplerName.DPM_SOLVER_MULTISTEP, 20, 7.5, "42"),
        (SamplerName.K_EULER, 30, 10.0, "24"),
        (SamplerName.K_EULER_ANCESTRAL, 35, 5.0, "1"),
    ]


def test_each_panel_starts_with_another_negative_prompt_of_the_tutorial():
    assert [preset.parameters.negative_prompt for preset in PRESETS] == [
        "Blurry photo, distortion, low-res, bad quality",
        "Dark photo, noise, pixelated, low contrast",
        "Cartoonish photo, unrealistic colors, low details, bad lighting",
    ]


def test_a_preset_leaves_the_negative_prompt_alone():
    own = PRESETS[0].parameters.with_negative_prompt("no hands")

    changed = PRESETS[1].applied_to(own)

    assert changed.negative_prompt == "no hands"
    assert changed.steps == 30


def test_a_preset_is_recognised_by_its_values_whatever_the_negative_prompt():
    assert matching_preset(PRESETS[2].parameters.with_negative_prompt("x")) is PRESETS[2]


def test_values_of_ones_own_match_no_preset():
    own = PRESETS[0].parameters.request("x")
    changed = type(PRESETS[0].parameters).from_request({**own.as_mapping(), "seed": 43})

    assert matching_preset(changed) is None


def test_presets_are_found_by_name():
    assert preset_named("K_EULER, 30 steps") is PRESETS[1]


def test_an_unknown_preset_is_refused():
    with pytest.raises(LookupError, match="nothing"):
        preset_named("nothing")


def test_an_example_is_recognised_with_spaces_around_it():
    assert matching_example(f" {NEGATIVE_EXAMPLES[1].text} ") is NEGATIVE_EXAMPLES[1]
    assert matching_example("") is None
