"""A request is checked when it is made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.domain.sampler_name import SamplerName

NEAR_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_the_plain_form_comes_back():
    request = GenerationRequest(
        prompt="x", scheduler=SamplerName.KLMS, seed=2**64 - 1, guidance_scale=1.0
    )

    assert GenerationRequest.from_mapping(request.as_mapping()) == request


def test_both_ends_of_every_range_are_allowed():
    for steps, guidance, seed in ((1, 1.0, 0), (500, 20.0, 2**64 - 1)):
        GenerationRequest(
            prompt="x", num_inference_steps=steps, guidance_scale=guidance, seed=seed
        ).validated(Limits())


@given(
    st.dictionaries(
        st.sampled_from([*GenerationRequest.__dataclass_fields__, "surprise"]), NEAR_JSON
    )
)
def test_any_values_are_either_a_request_or_refused_by_name(values):
    refused = None
    try:
        request = GenerationRequest.from_mapping(values).validated(Limits())
    except InvalidRequest as error:
        refused = error

    if refused is None:
        assert request.prompt.strip()
    else:
        assert refused.field
        assert refused.allowed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"width": 1032, "height": 1024}, "width"),
        (
            {"width": 1024, "height": 1024, "num_inference_steps": 500, "num_images": 5},
            "num_images",
        ),
    ],
)
def test_too_many_pixels_or_too_much_work_is_refused_before_any_model_is_asked(changes, field):
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest(prompt="x", **changes).validated(Limits())

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"variation_seed": -1}, "variation_seed"),
        ({"variation_seed": 2**64}, "variation_seed"),
        ({"variation_seed": 1, "variation_strength": 1.01}, "variation_strength"),
        ({"variation_seed": 1, "variation_strength": float("nan")}, "variation_strength"),
        ({"variation_strength": 0.5}, "variation_seed"),
    ],
)
def test_a_variation_that_cannot_be_is_named(changes, field):
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest(prompt="x", **changes).validated(Limits())

    assert caught.value.field == field


def test_the_most_pixels_and_the_most_work_are_allowed():
    GenerationRequest(
        prompt="x", width=1024, height=1024, num_inference_steps=500, num_images=4
    ).validated(Limits())


@pytest.mark.parametrize(("guidance", "guided"), [(1.0, False), (1.01, True), (7.5, True)])
def test_only_guidance_one_runs_without_a_second_row(guidance, guided):
    assert GenerationRequest(prompt="x", guidance_scale=guidance).guided is guided
