from dataclasses import replace

import pytest

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.notes import cost, model_calls, notes, rows
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


@pytest.mark.parametrize(("steps", "calls"), [(1, 1), (2, 3), (20, 21)])
def test_pndm_calls_the_model_once_more(steps, calls):
    pndm = replace(PLAIN, scheduler=SamplerName.PNDM, steps=steps)

    assert model_calls(pndm) == calls
    assert ("once more" in text_of(pndm)) == (calls > steps)


def test_one_call_is_singular():
    assert cost(replace(PLAIN, steps=1)).startswith("Costs 1 model call of")


def test_other_settings_that_surprise_are_explained():
    assert "fresh noise" in text_of(PRESETS[2].parameters)
    assert "glaring" in text_of(replace(PLAIN, guidance_scale=20.0))
    assert "first impression" in text_of(replace(PLAIN, steps=2))
    assert "hardly changes" in text_of(replace(PLAIN, steps=500))
