"""Prompts that are too long, told by the pages that draw many cells; the real tokenizer counts."""

import pytest

from support.drawing_page import opened, words
from support.real_gateway import real_gateway

# The tiny model reads 16 tokens, two of which mark the beginning and the end.
LONG = "a photo of a cat " * 5 + "and no octopus at all"


@pytest.fixture(scope="module", autouse=True)
def real(tmp_path_factory):
    with real_gateway(tmp_path_factory.mktemp("real")) as gateway:
        yield gateway


@pytest.mark.parametrize("name", ["grid", "schedulers"])
def test_what_is_not_read_of_a_prompt_is_said_before_it_is_drawn(name):
    page = opened(name)
    page.text_input(f"{name}_prompt").set_value("a cat").run()
    short = words(page.caption)
    page.text_input(f"{name}_prompt").set_value(LONG).run()

    assert not page.exception
    assert "of the prompt" not in short
    assert "words of the prompt are not read" in words(page.caption)
    assert "at all”" in words(page.caption)


def test_of_many_prompts_that_are_too_long_three_are_named(real):
    page = opened("grid")
    page.slider("grid_guidance_scale").set_value(1.0)
    page.selectbox("grid_axis_down").set_value("Words in the prompt")
    page.text_input("grid_prompt").set_value(LONG).run()
    page.text_input("grid_values_down_words").set_value("octopus, whale, lamp, car, bus").run()

    assert not page.exception
    assert words(page.caption).count("words of the prompt are not read") == 3
    assert "2 more texts are too long as well." in words(page.caption)


def test_a_text_that_is_both_is_told_as_both():
    page = opened("grid")
    page.text_input("grid_prompt").set_value(LONG)
    page.text_input("grid_negative_prompt").set_value(LONG).run()

    assert "words of the prompt are not read" in words(page.caption)
    assert "words of the negative prompt are not read" in words(page.caption)


def test_a_negative_prompt_counts_only_where_guidance_reads_it():
    page = opened("grid")
    page.text_input("grid_prompt").set_value("a cat")
    page.text_input("grid_negative_prompt").set_value(LONG).run()
    told = words(page.caption)
    page.slider("grid_guidance_scale").set_value(1.0).run()

    assert "words of the negative prompt are not read" in told
    assert "of the negative prompt" not in words(page.caption)
