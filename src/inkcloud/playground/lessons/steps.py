"""The lesson on the number of steps."""

from itertools import pairwise

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
from inkcloud.playground.wording import duration

STEPS = ("2", "4", "8", "16", "32")

TEXT = """
The noise is taken away in **steps**, and each step asks the model anew for its guess of the clean
picture (above guidance 1, for two guesses). So twice the steps take about twice as long.

What do you get for it? In each step the **scheduler**, the rule by which noise is taken away,
moves along the direction that the guess gave, as if that stayed the same on the way. With few
steps the moves are long and this is rough; with many, each move is short and hardly wrong. With
most schedulers the error shrinks quickly, and at some point the picture hardly changes any more,
however many steps you add. It has **converged**. From there on you pay time for nothing that you
could see. (Ancestral ones are another matter: see the lesson Scheduler.)

The first doublings therefore change the picture a lot, and the last ones hardly at all. Where the
turn comes depends on the scheduler: a good solver needs ten to thirty steps where the first
diffusion models took a thousand.

Two rules of thumb follow. If a picture looks unfinished, try more steps first. And while you look
for a good prompt, draw with few steps; raise them only for the picture that you keep. More steps
do not add what the model cannot draw.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return five pictures that differ in their step count alone."""
    parameters = Parameters(
        negative_prompt="",
        steps=int(STEPS[-1]),
        scheduler=SamplerName.parse(choice.knob),
        guidance_scale=7.5,
        seed=choice.seed,
    )
    return CellsDefinition(choice.prompt, parameters, (Axis(AxisKind.STEPS, STEPS),))


def knob_of(definition: CellsDefinition) -> str:
    """Return the scheduler."""
    return definition.parameters.scheduler.value


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return all five."""
    return tuple(Shown(f"{each.cell.parameters.steps} steps", each.picture) for each in done)


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure how much each doubling changes the picture, and what it costs."""
    pictures = [pixels(each.picture) for each in done]
    changes = [distance(a, b) for a, b in pairwise(pictures)]
    names = [f"{a} to {b} steps" for a, b in pairwise(STEPS)]
    times = [duration(each.seconds) if each.seconds else "unknown" for each in done[1:]]
    least = min(range(len(changes)), key=changes.__getitem__)
    return Reading(
        explanation="How far each doubling of the steps moves the picture, in levels of colour "
        "(0 is the same picture), and how long the picture with more steps took.",
        columns=("Doubling", "Moves the picture by", "Took"),
        rows=tuple(
            (name, f"{change:.1f} levels", time)
            for name, change, time in zip(names, changes, times, strict=True)
        ),
        chart=tuple(zip(names, changes, strict=True)),
        unit="levels",
        sentence=f"The doubling that changed the picture least was {names[least]}: by "
        f"{changes[least]:.1f} levels, where {names[0]} changed it by {changes[0]:.1f}.",
        found=f"from{STEPS[least]}",
    )


LESSON = Lesson(
    name="steps",
    title="Steps",
    text=TEXT,
    sources=(
        Source(
            "Song, Meng, Ermon 2020, Denoising Diffusion Implicit Models",
            "2010.02502",
            "ten to fifty times fewer steps than the thousand of the first diffusion models",
        ),
        Source(
            "Lu and others 2022, DPM-Solver++",
            "2211.01095",
            "guided pictures in fifteen to twenty steps",
        ),
    ),
    task="The same picture with 2, 4, 8, 16 and 32 steps.",
    prompts=("a strawberry", "a cat face", "a red apple", "a house", "a purple octopus"),
    knob=Knob(
        label="Scheduler",
        help="What takes the noise away.",
        options=tuple(
            name.value
            for name in (
                SamplerName.DPM_SOLVER_MULTISTEP,
                SamplerName.K_EULER,
                SamplerName.DDIM,
            )
        ),
        first=SamplerName.DPM_SOLVER_MULTISTEP.value,
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "With a scheduler that converges, which of these doublings changes the picture least?",
        (
            Answer(
                "from2",
                "From 2 to 4 steps",
                "These are the longest moves and the roughest, so this is where another step "
                "helps most.",
            ),
            Answer(
                "from8",
                "From 8 to 16 steps",
                "There is still something to see here. The picture converges later.",
            ),
            Answer(
                "from16",
                "From 16 to 32 steps",
                "By then the picture has nearly converged: the moves are so short that halving "
                "them changes hardly anything.",
            ),
        ),
        "from16",
    ),
    alone=True,
)
