"""The measures of the built-in model's evaluation, on pictures whose answers are known."""

import sys
from pathlib import Path

import numpy as np
import pytest

RECIPE = Path(__file__).parents[2] / "recipes/inkling"
sys.path.insert(0, str(RECIPE))

from colours import colour_shares, main_colour, mean_saturation  # noqa: E402
from held_out import (  # noqa: E402
    COLOURS,
    HELD_OUT_COLOURS,
    HELD_OUT_PAIRS,
    OWN_COLOURS,
    colour_is_held_out,
    pair_is_held_out,
)
from measures import (  # noqa: E402
    centred,
    frechet_distance,
    halves,
    nearest,
    pairwise_distances,
    peak_signal_to_noise,
    thumbnails,
)
from recolour import COLOURS as RECOLOURED  # noqa: E402
from recolour import dominant_hue, recoloured  # noqa: E402

SIDE = 64
PAINTS = {
    "red": (221, 46, 68),
    "orange": (244, 144, 12),
    "yellow": (253, 203, 88),
    "green": (120, 177, 89),
    "blue": (85, 172, 238),
    "purple": (170, 142, 214),
    "pink": (244, 171, 186),
    "brown": (121, 78, 42),
}


def blank() -> np.ndarray:
    return np.full((SIDE, SIDE, 3), 255, np.uint8)


def blot(colour, top, left, side=20) -> np.ndarray:
    picture = blank()
    picture[top : top + side, left : left + side] = colour
    return picture


@pytest.mark.parametrize("name", PAINTS)
def test_a_painted_thing_has_its_colour(name):
    picture = blot(PAINTS[name], 10, 10)

    assert main_colour(picture) == name
    assert colour_shares(picture)[name] == pytest.approx(1)


def test_a_small_spot_does_not_decide_the_colour():
    picture = blot(PAINTS["blue"], 10, 10, side=30)
    picture[50:56, 50:56] = PAINTS["red"]

    assert main_colour(picture) == "blue"


def test_grey_and_white_have_no_colour():
    assert main_colour(blank()) == "grey"
    assert main_colour(blot((90, 90, 95), 5, 5)) == "grey"


@pytest.mark.parametrize("colour", COLOURS)
# Not from the dark green: turned into red or orange it keeps its darkness, and is brown.
@pytest.mark.parametrize("start", ["red", "yellow", "blue"])
def test_the_measure_agrees_with_the_colours_that_the_data_are_made_in(start, colour):
    picture = blot(PAINTS[start], 10, 10, side=40)

    turned = recoloured(picture, dominant_hue(picture), RECOLOURED[colour])

    assert main_colour(turned) == colour


def test_saturation_looks_at_the_thing_and_not_at_its_white_ground():
    strong, weak = blot((255, 0, 0), 10, 10), blot((255, 200, 200), 10, 10)

    assert mean_saturation(strong) == pytest.approx(1)
    assert mean_saturation(weak) < 0.3


def test_feature_distance_is_zero_for_the_same_and_grows_with_the_gap():
    generator = np.random.default_rng(0)
    real = generator.normal(size=(400, 20)) * np.linspace(3, 0.1, 20)
    same = generator.normal(size=(400, 20)) * np.linspace(3, 0.1, 20)

    nothing = frechet_distance(real, real, 8)
    close = frechet_distance(same, real, 8)
    far = frechet_distance(same + 1, real, 8)
    narrow = frechet_distance(same * 0.2, real, 8)

    assert nothing == pytest.approx(0, abs=1e-6)
    assert close < 0.3
    assert far > 3 * close
    assert narrow > 3 * close


def test_two_things_are_cut_apart_where_there_is_least_ink():
    picture = np.minimum(blot(PAINTS["red"], 20, 2), blot(PAINTS["blue"], 30, 38))

    left, right = halves(picture)

    assert main_colour(left) == "red"
    assert main_colour(right) == "blue"
    assert colour_shares(left)["blue"] == 0


def test_what_is_drawn_is_brought_to_the_middle():
    one, other = centred(blot((0, 0, 0), 3, 40), SIDE), centred(blot((0, 0, 0), 30, 5, 30), SIDE)

    assert np.array_equal(one, other)
    assert np.array_equal(centred(blank(), SIDE), blank())


def test_a_moved_mirrored_copy_is_found_and_another_picture_is_far():
    shape = blank()
    shape[10:40, 10:20], shape[30:40, 10:50] = PAINTS["green"], PAINTS["purple"]
    copy = np.roll(shape[:, ::-1], (7, 3), (0, 1))
    other = blot(PAINTS["red"], 20, 20)
    known = thumbnails(np.stack([other, shape]))

    distances, rows = nearest(thumbnails(np.stack([copy, blot(PAINTS["blue"], 1, 1)])), known)

    assert rows[0] == 1
    assert distances[0] < 0.01
    assert distances[1] > 0.2


def test_differences_between_pictures_are_root_mean_squares():
    half = blank()
    half[: SIDE // 2] = 0

    assert pairwise_distances(np.stack([blank(), blank()])) == pytest.approx([0])
    assert pairwise_distances(np.stack([blank(), half])) == pytest.approx([0.5**0.5])


def test_the_signal_to_noise_ratio_is_in_decibels():
    real = np.full((1, 8, 8, 3), 100, np.uint8)

    assert peak_signal_to_noise(real + 51, real) == pytest.approx([13.979], abs=0.01)


def test_what_is_held_out_is_as_much_as_the_evaluation_asks_for():
    assert len(HELD_OUT_COLOURS) == 20
    assert {len(colours) for colours in HELD_OUT_COLOURS.values()} == {6}
    assert len(HELD_OUT_PAIRS) == 25
    for name, own in OWN_COLOURS.items():
        assert not colour_is_held_out(name, own)
    assert colour_is_held_out("octopus", "green")
    assert not colour_is_held_out("squid", "green")
    assert pair_is_held_out(["pizza", "octopus"])
    assert not pair_is_held_out(["pizza", "guitar"])


def test_the_sentences_are_a_hundred_different_ones():
    lines = (RECIPE / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
    sentences = {line.split("\t")[0] for line in lines}

    assert len(sentences) == 100
    assert all(line.split("\t")[1] for line in lines)
