"""What the built-in model's text encoder is taught with."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes/inkling"
sys.path.insert(0, str(RECIPE))

from decide_text_encoder import DecidedWordings  # noqa: E402
from held_out import colour_is_held_out, pair_is_held_out  # noqa: E402
from own_states import joined  # noqa: E402
from recolour import COLOURS  # noqa: E402
from sentences import descriptions  # noqa: E402
from wordings import UNLEARNT, Wordings  # noqa: E402

NAMES = ("octopus", "pizza", "star", "socks")
STYLES = ("flat", "cartoon")
RECORDS = [
    {"name": name, "style": style, "tags": ["thing"], "train": True}
    for name in NAMES
    for style in STYLES
]
PLAIN = ("an octopus", "a pizza", "a star", "socks")


@pytest.fixture(scope="module")
def drawn():
    return Wordings([*RECORDS, {**RECORDS[0], "name": "cat", "train": False}], seed=1).draw(4000)


def test_a_sentence_says_plainly_one_thing_or_two(drawn):
    assert {len(wording.plain) for wording in drawn} == {1, 2}
    for wording in drawn:
        if len(wording.plain) == 2:
            bare = [plain.partition(",")[0] for plain in wording.plain]
            assert set(bare) <= set(PLAIN)
            assert bare[0] != bare[1]


def test_what_is_said_first_is_the_first_plain_sentence(drawn):
    told = [w for w in drawn if w.plain == ("an octopus", "socks") and "octopus" in w.sentence]

    assert len(told) > 10
    for wording in told:
        if "socks" in wording.sentence:
            assert wording.sentence.index("octopus") < wording.sentence.index("socks")


def test_a_style_is_in_the_plain_sentence_if_it_was_said(drawn):
    for wording in drawn:
        for style in STYLES:
            if f"{style} style" in wording.plain[-1]:
                assert style in wording.sentence, wording
    assert 0.2 < sum("style" in wording.plain[0] for wording in drawn) / len(drawn) < 0.5


def test_what_is_held_out_is_never_said(drawn):
    for wording in drawn:
        words = set(wording.plain[0].replace(",", "").split())
        for colour in COLOURS:
            for name in NAMES:
                assert not ({colour, name} <= words and colour_is_held_out(name, colour)), wording
    assert pair_is_held_out(("octopus", "pizza"))
    assert not any({"an octopus", "a pizza"} <= set(wording.plain) for wording in drawn)


def test_the_sentence_that_checks_is_not_learnt(drawn):
    kept_back = [descriptions()[name][UNLEARNT].rstrip(".!?") for name in NAMES]
    learnt = [descriptions()[name][0].rstrip(".!?") for name in NAMES]

    assert not any(text in wording.sentence for wording in drawn for text in kept_back)
    assert all(any(text in wording.sentence for wording in drawn) for text in learnt)


def test_the_same_seed_says_the_same():
    first, second = (Wordings(RECORDS, seed=7).draw(50) for _ in range(2))

    assert first == second
    assert any(one.sentence != other.sentence for one, other in pairwise(first))


def test_a_plain_sentence_of_two_things_says_the_style_once():
    assert joined("an octopus") == "an octopus"
    assert joined("an octopus, flat style") == "an octopus, flat style"
    assert joined("an octopus", "a pizza") == "an octopus and a pizza"
    flat = joined("an octopus, flat style", "a pizza, flat style")
    assert flat == "an octopus and a pizza, flat style"


def test_a_description_plainly_says_the_name_that_it_is_taken_for():
    means = {(name, text): "star" for name in NAMES for text in descriptions()[name]}
    drawn = DecidedWordings(RECORDS, means, seed=3).draw(2000)
    said = descriptions()["octopus"][0].rstrip(".!?")

    bare = [wording for wording in drawn if said in wording.sentence and len(wording.plain) == 1]

    assert len(bare) > 10
    assert {wording.plain[0].partition(",")[0] for wording in bare} == {"a star"}
