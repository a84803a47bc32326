"""The lesson on the seed."""

from itertools import combinations
from statistics import mean

from inkcloud.domain.limits import MAXIMUM_SEED
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
from inkcloud.playground.parameters import Parameters, parse_seed

STEPS = ("12", "24")

TEXT = """
Every picture begins as noise, and the **seed** is the number that the noise is made from. The same
number makes the same noise on any day; another number makes noise that has nothing in common with
it.

The noise matters more than one would think. It is the only thing left to chance: with a scheduler
such as DPMSolverMultistep everything after it is calculation, and an ancestral one makes its fresh
noise from the seed too. What the model makes out in the first steps, when all is noise, are
accidental heaps of light and colour. It takes one of them for the place where the object is. So
the seed decides the pose, the position and the colours that the prompt leaves open. The same seed
and the same settings give the same picture, on one machine with one version of the program byte
for byte.

If you keep the seed and change a setting moderately, for example the number of steps, the
composition mostly stays, because it starts from the same heaps. (Another picture size means other
noise.) That is how you can see what the setting itself does. If you change both, you cannot tell
the setting's effect from the seed's.

So: keep the seed to compare settings. Change the seed to get other pictures of the same kind. And
note the seed of a picture that you like, together with its settings.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return pictures of several seeds, each with two step counts."""
    first, count = parse_seed(choice.seed), int(choice.knob)
    first = min(first, MAXIMUM_SEED - count + 1)
    parameters = Parameters(
        negative_prompt="",
        steps=int(STEPS[-1]),
        scheduler=SamplerName.DPM_SOLVER_MULTISTEP,
        guidance_scale=5.0,
        seed=str(first),
    )
    seeds = tuple(str(first + i) for i in range(count))
    axes = (Axis(AxisKind.SEED, seeds), Axis(AxisKind.STEPS, STEPS))
    return CellsDefinition(choice.prompt, parameters, axes)


def knob_of(definition: CellsDefinition) -> str:
    """Return how many seeds there are."""
    return str(len(definition.axes[0]))


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return all of them."""
    return tuple(
        Shown(f"Seed {each.cell.parameters.seed}, {each.cell.parameters.steps} steps", each.picture)
        for each in done
    )


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure how far a change of steps, and how far a change of seed moves the picture."""
    first = [pixels(each.picture) for each in done[0::2]]
    last = [pixels(each.picture) for each in done[1::2]]
    same = mean(distance(a, b) for a, b in zip(first, last, strict=True))
    other = mean(distance(a, b) for a, b in combinations(last, 2))
    names = ("Same seed, other steps", "Other seed, same steps")
    return Reading(
        explanation="The mean distance between two pictures in levels of colour (0 is the same "
        "picture): of one seed with 12 and with 24 steps, and of two seeds with 24 steps.",
        columns=("Changed", "Distance"),
        rows=((names[0], f"{same:.1f} levels"), (names[1], f"{other:.1f} levels")),
        chart=((names[0], same), (names[1], other)),
        unit="levels",
        sentence=f"Another step count moved the picture by {same:.1f} levels, another seed by "
        f"{other:.1f} levels.",
        found="keep" if same < other else None,
    )


LESSON = Lesson(
    name="seed",
    title="Seed",
    text=TEXT,
    sources=(
        Source(
            "Song, Meng, Ermon 2020, Denoising Diffusion Implicit Models",
            "2010.02502",
            "the same first noise gives much the same picture with another number of steps",
        ),
    ),
    task="Pictures of several seeds, each with 12 and with 24 steps.",
    prompts=("a house", "a strawberry", "a cat face", "a sailboat", "a purple octopus"),
    knob=Knob(
        label="Number of seeds",
        help="How many seeds in a row are drawn, from the first seed on.",
        options=("2", "3", "4"),
        first="3",
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "You compare two pictures to see what one setting does. What do you do with the seed?",
        (
            Answer(
                "change",
                "Change it with every picture, so that chance evens out",
                "Then each picture shows two changes at once, and the seed's is the larger one.",
            ),
            Answer(
                "keep",
                "Keep it, and change nothing but the setting",
                "Both pictures then start from the same noise, and what differs is the setting's "
                "doing.",
            ),
            Answer(
                "any",
                "It does not matter: a seed only names the picture",
                "The seed is the noise that the picture begins as, and decides most of what the "
                "prompt leaves open.",
            ),
        ),
        "keep",
    ),
)
