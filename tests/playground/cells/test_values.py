import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.values import MOST_VALUES, read_values, values_text


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (AxisKind.STEPS, "5, 10,20", ["5", "10", "20"]),
        (AxisKind.STEPS, "1-5", ["1", "2", "3", "4", "5"]),
        (AxisKind.STEPS, "5-30 (+5)", ["5", "10", "15", "20", "25", "30"]),
        (AxisKind.STEPS, "5-12 (+5)", ["5", "10"]),
        (AxisKind.STEPS, "30-10 (-10)", ["30", "20", "10"]),
        (AxisKind.STEPS, "3-1", ["3", "2", "1"]),
        (AxisKind.STEPS, "5-30 [6]", ["5", "10", "15", "20", "25", "30"]),
        (AxisKind.STEPS, "1-4 [3]", ["1", "2", "4"]),
        (AxisKind.STEPS, "1, 2-3, 50", ["1", "2", "3", "50"]),
        (AxisKind.STEPS, "20, 20", ["20"]),
        (AxisKind.STEPS, "7-7", ["7"]),
        (AxisKind.GUIDANCE, "1, 7.50, 20", ["1", "7.5", "20"]),
        (AxisKind.GUIDANCE, "7-8 (+0.5)", ["7", "7.5", "8"]),
        (AxisKind.GUIDANCE, "1-2 [3]", ["1", "1.5", "2"]),
        (
            AxisKind.SEED,
            "18446744073709551614-18446744073709551615",
            ["18446744073709551614", "18446744073709551615"],
        ),
        (AxisKind.SEED, "007", ["7"]),
        (AxisKind.SCHEDULER, "ddim, Euler a", ["DDIM", "K_EULER_ANCESTRAL"]),
        (AxisKind.WORDS, 'cat, dog, "a fox, red"', ["cat", "dog", "a fox, red"]),
        (AxisKind.PROMPT, "a cat, red\n  a dog\n", ["a cat, red", "a dog"]),
        (AxisKind.NEGATIVE, "blurry\n\ndark", ["blurry", "", "dark"]),
        (AxisKind.MODEL, "text2image, other", ["text2image", "other"]),
    ],
)
def test_values_are_read_as_people_write_them(kind, text, values):
    assert list(read_values(kind, text)) == values


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        (AxisKind.STEPS, "5, x", "x"),
        (AxisKind.STEPS, "0-5", "0-5"),
        (AxisKind.STEPS, "501", "501"),
        (AxisKind.STEPS, "2.5", "2.5"),
        (AxisKind.STEPS, "5-30 (-5)", "5-30 (-5)"),
        (AxisKind.STEPS, "5-30 (+0)", "5-30 (+0)"),
        (AxisKind.STEPS, "5-30 [1]", "5-30 [1]"),
        (AxisKind.STEPS, "5,,6", ""),
        (AxisKind.STEPS, "", ""),
        (AxisKind.STEPS, "\u0665", "\u0665"),
        (AxisKind.SEED, "0-18446744073709551615", "18446744073709551616 values"),
        (AxisKind.SEED, "-1", "-1"),
        (AxisKind.SEED, "18446744073709551616", "18446744073709551616"),
        (AxisKind.GUIDANCE, "0.5", "0.5"),
        (AxisKind.GUIDANCE, "nan", "nan"),
        (AxisKind.GUIDANCE, "1-20 (+0.0000001)", "190000001 values"),
        (AxisKind.SCHEDULER, "DDIM, Heun", "Heun"),
        (AxisKind.WORDS, "cat, ,dog", ""),
        (AxisKind.PROMPT, "\n", ""),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(kind, text, named):
    with pytest.raises(InvalidRequest) as caught:
        read_values(kind, text)

    assert caught.value.value == named
    assert caught.value.field == kind.field
    assert caught.value.allowed


def test_too_many_values_are_refused_with_their_number():
    with pytest.raises(InvalidRequest) as caught:
        read_values(AxisKind.STEPS, "1-200")

    assert caught.value.value == "200 values"
    assert str(MOST_VALUES) in str(caught.value.allowed)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (AxisKind.WORDS, ("cat", "a fox, red", 'say "hi"')),
        (AxisKind.STEPS, ("1", "20")),
        (AxisKind.PROMPT, ("a cat, red", "a dog")),
    ],
)
def test_the_text_of_values_is_read_as_the_same_values(kind, values):
    assert read_values(kind, values_text(kind, values)) == values
