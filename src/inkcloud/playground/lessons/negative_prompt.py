"""The lesson on the negative prompt."""

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.lessons.lesson import (
    Answer,
    Choice,
    Done,
    Knob,
    Lesson,
    Question,
    Reading,
    Shown,
    Source,
)
from inkcloud.playground.lessons.measures import distance, pixels
from inkcloud.playground.parameters import Parameters

GUIDANCE = ("1", "7.5")

TEXT = """
A **negative prompt** names what you do not want to see. It helps to know how it is used: the model
never reads it as a command "without red". It reads it as a second description.

At each step the model guesses twice: once what the clean picture would be by your prompt, and once
what it would be by the negative prompt, or by an empty text if you gave none. Then we take the
difference of the two guesses and follow it, away from the second, towards the first, and past it:

`result = negative guess + guidance · (prompt guess - negative guess)`

The **guidance** says how far. Put the number 1 in: the negative guess is added once and taken away
once. It cancels, and only the prompt's guess is left. So at guidance 1 the negative prompt does
nothing at all, whatever you write, and the model does not even have to make the second guess.

Above 1 the negative prompt pushes the picture away from what you named. With the prompt "an apple"
and the negative prompt "red", each step moves away from red, and the apple may well come out
yellow. Words for qualities, such as "blurry", work in the same way, but only as far as the model
has learned what they look like.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return four pictures: with and without the words, at guidance 1 and above.

    Raises:
        InvalidRequest: if there are no words.
    """
    words = choice.knob.strip()
    if not words:
        raise InvalidRequest(
            "There is nothing to keep out of the picture.",
            field="negative_prompt",
            value=choice.knob,
            allowed="some words, for example red",
        )
    parameters = Parameters(
        negative_prompt="",
        steps=16,
        scheduler=SamplerName.DPM_SOLVER_MULTISTEP,
        guidance_scale=7.5,
        seed=choice.seed,
    )
    axes = (Axis(AxisKind.GUIDANCE, GUIDANCE), Axis(AxisKind.NEGATIVE, ("", words)))
    return CellsDefinition(choice.prompt, parameters, axes)


def knob_of(definition: CellsDefinition) -> str:
    """Return the words."""
    return definition.axes[1].values[1]


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return all four."""
    return tuple(Shown(_caption(each), each.picture) for each in done)


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure how far the words move the picture at each guidance."""
    found = pixels(done[0].picture), pixels(done[1].picture)
    alone = distance(*found)
    guided = distance(pixels(done[2].picture), pixels(done[3].picture))
    return Reading(
        explanation="The distance between the pictures with and without the negative prompt, in "
        "levels of colour (0 is the same picture, 255 is black against white).",
        columns=("Guidance", "Moved by the negative prompt"),
        rows=(("1", f"{alone:.1f} levels"), (GUIDANCE[1], f"{guided:.1f} levels")),
        chart=(("Guidance 1", alone), (f"Guidance {GUIDANCE[1]}", guided)),
        unit="levels",
        sentence=f"The negative prompt moved the picture by {alone:.1f} levels at guidance 1 and "
        f"by {guided:.1f} levels at guidance {GUIDANCE[1]}.",
        found=_found(alone, guided),
    )


def _found(alone: float, guided: float) -> str | None:
    if alone == 0:
        return "nothing" if guided > 0 else None
    return "less" if alone < guided else "more"


def _caption(each: Done) -> str:
    parameters = each.cell.parameters
    words = f"without “{parameters.negative_prompt}”" if parameters.negative_prompt else "as it is"
    return f"Guidance {parameters.guidance_scale:g}, {words}"


LESSON = Lesson(
    name="negative",
    title="Negative prompt",
    text=TEXT,
    sources=(
        Source(
            "Ho and Salimans 2022, Classifier-Free Diffusion Guidance",
            "2207.12598",
            "the formula, there with an empty text in place of the negative prompt and with "
            "guidance less 1 called w",
        ),
    ),
    task="Four pictures: with and without the negative prompt, at guidance 1 and 7.5.",
    prompts=("an apple", "an octopus", "a cat face", "a house"),
    knob=Knob(
        label="Keep out of the picture",
        help="The negative prompt of two of the four pictures.",
        first="red",
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "At guidance 1, what does a negative prompt do to the picture?",
        (
            Answer(
                "less",
                "The same as at a usual value such as 7.5, only less of it",
                "At 1 the negative guess is added once and taken away once, so nothing of it is "
                "left, however strong the words are.",
            ),
            Answer(
                "nothing",
                "Nothing at all: it is the same picture as without one",
                "With guidance 1 the negative guess cancels out of the formula.",
            ),
            Answer(
                "more",
                "More than at 7.5, because nothing else steers",
                "The push away from the negative prompt grows with guidance. At 1 there is none.",
            ),
        ),
        "nothing",
    ),
)
