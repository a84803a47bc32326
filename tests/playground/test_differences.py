from dataclasses import replace

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.differences import between, differing, summary
from inkcloud.playground.presets import PRESETS

PLAIN = PRESETS[0].parameters


def test_only_what_is_not_alike_differs():
    assert differing([PLAIN, PLAIN]) == frozenset()
    assert differing([PLAIN]) == frozenset()
    assert differing([PLAIN, replace(PLAIN, steps=21), PLAIN]) == {"steps"}
    assert differing([PLAIN, replace(PLAIN, width=512, height=512)]) == {"size"}


def test_what_has_no_effect_is_no_difference():
    assert differing([PLAIN, replace(PLAIN, variation_seed="7")]) == frozenset()
    assert differing([PLAIN, replace(PLAIN, variation_strength=0.5)]) == frozenset()
    assert differing([PLAIN, replace(PLAIN, seed=" 42 ")]) == frozenset()


def test_the_line_names_values_in_the_panels_order():
    line = summary([PLAIN, replace(PLAIN, steps=30, negative_prompt="")])

    assert line.startswith("**What differs:** steps 20 / 30; negative prompt “Blurry photo,")
    assert "/ none." in line
    assert line.endswith("**The same:** scheduler, guidance, seed, size.")


def test_one_panel_differs_from_nothing():
    assert summary([PLAIN]) == ""


def test_a_change_is_told_with_its_amount():
    changed = replace(PLAIN, steps=5, scheduler=SamplerName.K_EULER, guidance_scale=9.0, width=512)

    assert between(PLAIN, changed) == (
        "Steps: 20 before, 5 after, 15 less.",
        "Scheduler: DPMSolverMultistep before, K\\_EULER after.",
        "Guidance: 7.5 before, 9 after, 1.5 more.",
        "Size: the model's own before, 512 × own height after.",
    )
    assert between(PLAIN, PLAIN) == ()


def test_a_negative_prompt_cannot_format_the_page():
    line = between(PLAIN, replace(PLAIN, negative_prompt="[x](y) **z**"))[0]

    assert "\\[x\\](y) \\*\\*z\\*\\*" in line
