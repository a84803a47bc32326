import urllib.parse
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import MAXIMUM_SEED
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.link import Linked, generate_query, read_query
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.presets import PRESETS

PANELS = tuple(preset.parameters for preset in PRESETS)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
SEED = st.integers(0, MAXIMUM_SEED - 16).map(str)
SIDE = st.none() | st.integers(64, 1024)


def panels():
    return st.builds(
        Parameters,
        negative_prompt=TEXT,
        steps=st.integers(1, 500),
        scheduler=st.sampled_from(SamplerName),
        guidance_scale=st.floats(1, 20).map(lambda number: round(number, 10)),
        seed=SEED,
        width=SIDE,
        height=SIDE,
        images=st.integers(1, 4),
        variation_seed=st.just("") | SEED,
        variation_strength=st.floats(0, 1).map(lambda number: round(number, 10)),
    )


def through_an_address(query: dict[str, str]) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlencode(query), keep_blank_values=True))


@given(TEXT, st.lists(panels(), min_size=1, max_size=6))
def test_a_link_gives_back_every_parameter(prompt, listed):
    query = through_an_address(generate_query(prompt, listed))

    assert read_query(query) == Linked(prompt, tuple(listed))


@given(
    st.dictionaries(
        st.sampled_from(["v", "prompt", "p1", "p2"]),
        st.text(max_size=40)
        | st.sampled_from(["1", "steps=20,scheduler=DDIM,guidance=nan,seed=1"]),
    )
)
def test_whatever_stands_in_an_address_is_read_or_refused(query):
    try:
        linked = read_query(query)
    except InvalidRequest:
        return
    assert linked is None or len(linked.panels) in range(1, 7)


def test_a_link_reads_well():
    query = generate_query("an otter", [replace(PANELS[1], width=512, height=384)])

    assert query == {
        "v": "1",
        "prompt": "an otter",
        "p1": "steps=30,scheduler=K_EULER,guidance=10,seed=24,width=512,height=384,"
        "negative=Dark photo, noise, pixelated, low contrast",
    }


def test_an_address_without_a_version_is_no_link():
    assert read_query({"run": "abc", "panel1": "gen_1", "p1": "steps=20"}) is None


def test_a_link_of_a_newer_version_is_refused_by_number():
    with pytest.raises(InvalidRequest, match="another version") as caught:
        read_query({**generate_query("x", PANELS), "v": "2"})

    assert caught.value.value == "2"
    assert "version 1" in caught.value.allowed


GOOD = "steps=20,scheduler=DDIM,guidance=7.5,seed=42"


@pytest.mark.parametrize(
    ("panel", "field"),
    [
        (GOOD.replace("20", "0"), "num_inference_steps"),
        (GOOD.replace("20", "x"), "steps"),
        (GOOD.replace("20", "٣"), "steps"),
        (GOOD.replace("DDIM", "DPM++ 3M"), "scheduler"),
        (GOOD.replace("7.5", "nan"), "guidance_scale"),
        (GOOD.replace("7.5", "much"), "guidance_scale"),
        (GOOD.replace("42", str(2**64)), "seed"),
        (GOOD + ",width=8", "width"),
        (GOOD + ",images=99", "num_images"),
        (GOOD + ",variation_seed=-1", "variation_seed"),
        (GOOD + ",variation=1.1", "variation_strength"),
        (GOOD + ",seed=43", "link"),
        (GOOD + ",colour=blue", "link"),
        (GOOD.removesuffix(",seed=42"), "link"),
        (GOOD + ",negative=" + "x" * 4097, "negative_prompt"),
        ("", "link"),
    ],
)
def test_a_bad_value_in_a_link_is_named(panel, field):
    with pytest.raises(InvalidRequest) as caught:
        read_query({"v": "1", "prompt": "x", "p1": panel})

    assert caught.value.field == field
    assert caught.value.allowed


@pytest.mark.parametrize("count", [0, 7])
def test_a_link_has_one_to_six_panels(count):
    with pytest.raises(InvalidRequest, match="one to six"):
        generate_query("x", [PANELS[0]] * count)
    with pytest.raises(InvalidRequest, match="one to six"):
        read_query({"v": "1", **{f"p{i + 1}": GOOD for i in range(count)}})


def test_a_panel_that_could_not_be_drawn_makes_no_link():
    with pytest.raises(InvalidRequest):
        generate_query("x", [replace(PANELS[0], seed="minus one")])
