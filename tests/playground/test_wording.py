import pytest

from inkcloud.domain.errors import InvalidRequest, Unavailable
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.wording import (
    duration,
    error_text,
    escaped,
    progress_fraction,
    progress_text,
    time_left,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (3.44, "3.4 s"),
        (59.96, "1 min 0 s"),
        (125, "2 min 5 s"),
        (7260, "2 h 1 min"),
    ],
)
def test_a_time_taken_in_words(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "less than a second left"),
        (3.4, "about 3 s left"),
        (120, "about 2 min left"),
        (7300, "about 2 h left"),
    ],
)
def test_a_time_left_in_words(seconds, words):
    assert time_left(seconds) == words


def test_markdown_shows_a_persons_text_as_it_is():
    assert escaped("a *b* [c](d) $e$ :red[f]") == r"a \*b\* \[c\](d) \$e\$ \:red\[f\]"


def test_an_error_names_the_field_as_the_page_does():
    error = InvalidRequest("Not allowed.", field="seed", value="x", allowed="a whole number")

    assert error_text(error) == (
        "**Starting Seed.** Not allowed. You gave “x”. Allowed is a whole number."
    )


def test_an_error_without_a_field_is_its_message():
    assert error_text(Unavailable("Nobody is there.")) == "Nobody is there."


def test_a_long_value_is_shortened():
    error = InvalidRequest("Too long.", field="prompt", value="x" * 5000, allowed="less")

    assert len(error_text(error)) < 300


def test_a_request_on_its_way_is_said_to_be():
    drawing = Drawing(job="gen_1")

    assert progress_text(drawing) == "Looking for this generation…"
    assert progress_fraction(drawing) == 0.0
