from dataclasses import replace

import pytest

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.notes import cost, model_calls, notes, rows, time_needed
from inkcloud.playground.pace import Line, Pace
from inkcloud.playground.presets import PRESETS

PLAIN = PRESETS[0].parameters


def text_of(parameters) -> str:
    return " ".join(notes(parameters))


def test_plain_settings_need_no_note():
    assert notes(PLAIN) == ()


def test_guidance_costs_two_rows_a_step():
    assert rows(PLAIN) == 40
    assert "two rows" in cost(PLAIN)


def test_guidance_1_costs_one_row_and_ignores_the_negative_prompt():
    unguided = replace(PLAIN, guidance_scale=1.0)

    assert rows(unguided) == 20
    assert "one row" in cost(unguided)
    assert "ignores the negative prompt" in text_of(unguided)


def test_guidance_1_without_a_negative_prompt_speaks_of_none():
    unguided = replace(PLAIN, guidance_scale=1.0, negative_prompt=" ")

    assert "negative prompt" not in text_of(unguided)


@pytest.mark.parametrize(("steps", "calls"), [(1, 1), (9, 9), (10, 11), (20, 21)])
def test_pndm_calls_the_model_once_more(steps, calls):
    pndm = replace(PLAIN, scheduler=SamplerName.PNDM, steps=steps)

    assert model_calls(pndm) == calls
    assert ("once more" in text_of(pndm)) == (calls > steps)


@pytest.mark.parametrize(
    ("steps", "strength", "calls"), [(9, 0.5, 4), (10, 0.5, 6), (20, 0.3, 7), (20, 0.05, 1)]
)
def test_what_pndm_does_from_a_picture_depends_on_the_steps_asked_for(steps, strength, calls):
    pndm = replace(PLAIN, scheduler=SamplerName.PNDM, steps=steps, strength=strength)

    drawn = pndm.as_drawn(from_picture=True)

    assert model_calls(drawn) == calls
    assert ("what DDIM does" in text_of(drawn)) == (steps < 10)
    assert (f"{calls} calls for {drawn.made} steps" in text_of(drawn)) == (calls > drawn.made)


def test_one_call_is_singular():
    assert cost(replace(PLAIN, steps=1)).startswith("Costs 1 model call of")


def test_several_seeds_cost_as_many_pictures():
    assert cost(replace(PLAIN, images=4)).endswith("for each of 4 pictures.")


@pytest.mark.parametrize(
    ("scheduler", "steps", "said"),
    [
        (SamplerName.DDIM, 9, "leaves out detail"),
        (SamplerName.DDIM, 10, ""),
        (SamplerName.PNDM, 9, "what DDIM does"),
        (SamplerName.PNDM, 10, "once more"),
        (SamplerName.KLMS, 5, "three before it"),
        (SamplerName.DPM_SOLVER_MULTISTEP, 9, ""),
        (SamplerName.DPM_SOLVER_MULTISTEP, 41, "Beyond 40 steps"),
        (SamplerName.K_EULER, 100, ""),
        (SamplerName.K_EULER, 101, "Beyond 100 steps"),
        (SamplerName.K_EULER_ANCESTRAL, 400, "fresh noise"),
    ],
)
def test_a_scheduler_with_too_few_or_too_many_steps_is_explained(scheduler, steps, said):
    text = text_of(replace(PLAIN, scheduler=scheduler, steps=steps))

    assert said in text
    assert ("Beyond" in text) == ("Beyond" in said)


def test_half_a_variation_is_told():
    assert "without a variation seed" in text_of(replace(PLAIN, variation_strength=0.5))
    assert "at strength 0" in text_of(replace(PLAIN, variation_seed="7"))
    assert text_of(replace(PLAIN, variation_seed="7", variation_strength=0.5)) == ""


def test_fresh_noise_is_not_varied():
    varied = replace(PRESETS[2].parameters, variation_seed="7", variation_strength=1.0)

    assert "stays the starting seed's" in text_of(varied)


def test_the_time_is_told_if_the_pace_is_known():
    line = Line(row_seconds=0.05, picture_seconds=0.0, pictures=12, shared=False)

    known = time_needed(replace(PLAIN, images=2), Pace({64 * 64: line}, 64 * 64))

    assert known == "Takes about 4 s on this machine, measured from 12 pictures."
    assert time_needed(PLAIN, None) == ""


def test_other_settings_that_surprise_are_explained():
    assert "fresh noise" in text_of(PRESETS[2].parameters)
    assert "glaring" in text_of(replace(PLAIN, guidance_scale=20.0))
    assert "first impression" in text_of(replace(PLAIN, steps=2))
    assert "hardly changes" in text_of(replace(PLAIN, steps=500))
