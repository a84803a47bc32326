"""The lesson on schedulers."""

from statistics import median

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

SCHEDULERS = (
    SamplerName.DDIM,
    SamplerName.K_EULER,
    SamplerName.DPM_SOLVER_MULTISTEP,
    SamplerName.K_EULER_ANCESTRAL,
)

TEXT = """
The model only says what it sees in the noise; that is the direction to move in. The **scheduler**
decides the rest: how far to move in each step, how to use earlier guesses too, and whether to add
fresh noise.

Most schedulers are solvers of one equation. It describes a smooth path that leads from the noise
you begin with to a picture, and every guess of the model tells the direction of that path at one
place. DDIM and K_EULER follow it in straight pieces. DPMSolverMultistep and PNDM look at earlier
guesses too, so they can bend with the path and need fewer steps, and so does KLMS in a way of its
own. But with the same prompt, seed and guidance it is practically the same path for all of them,
so with enough steps they all arrive at nearly **the same picture**. For these, choose whichever
arrives soonest.

K_EULER_ANCESTRAL is of another kind. In each step it takes away more noise than the step calls for
and adds fresh noise to make up for it. So it does not follow the path; it wanders, and arrives at
**another picture**. It is not worse: the fresh noise can correct earlier mistakes. But with
another step count the fresh noise comes at other moments, so the picture does not settle as you
add steps.

The seed decides the fresh noise as well, so the same settings still give the same picture.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return eight pictures: four schedulers, each with two step counts."""
    parameters = Parameters(
        negative_prompt="",
        steps=int(choice.knob),
        scheduler=SCHEDULERS[0],
        guidance_scale=5.0,
        seed=choice.seed,
    )
    steps = (choice.knob, str(2 * int(choice.knob)))
    axes = (
        Axis(AxisKind.SCHEDULER, tuple(name.value for name in SCHEDULERS)),
        Axis(AxisKind.STEPS, steps),
    )
    return CellsDefinition(choice.prompt, parameters, axes)


def knob_of(definition: CellsDefinition) -> str:
    """Return the smaller step count."""
    return definition.axes[1].values[0]


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return all eight."""
    return tuple(
        Shown(
            f"{each.cell.parameters.scheduler.value}, {each.cell.parameters.steps} steps",
            each.picture,
        )
        for each in done
    )


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure how far each scheduler's last picture is from those of the others."""
    last = [pixels(each.picture) for each in done[1::2]]
    first = [pixels(each.picture) for each in done[0::2]]
    names = [name.value for name in SCHEDULERS]
    apart = [median(distance(one, other) for other in last if other is not one) for one in last]
    moved = [distance(a, b) for a, b in zip(first, last, strict=True)]
    far = max(range(len(apart)), key=apart.__getitem__)
    steps = done[-1].cell.parameters.steps
    return Reading(
        explanation=f"How far each scheduler's picture with {steps} steps is from the others' "
        "(the median), and how far it moved as its steps were doubled, in levels of colour (0 is "
        "the same picture).",
        columns=("Scheduler", "From the others", "Moved by doubling"),
        rows=tuple(
            (name, f"{a:.1f} levels", f"{m:.1f} levels")
            for name, a, m in zip(names, apart, moved, strict=True)
        ),
        chart=tuple(zip(names, apart, strict=True)),
        unit="levels",
        sentence=f"{names[far]} was farthest from the others, by {apart[far]:.1f} levels; the "
        f"nearest was {min(apart):.1f} levels away.",
        found=names[far].lower(),
    )


def _answer(name: SamplerName, reply: str) -> Answer:
    return Answer(name.value.lower(), name.value, reply)


LESSON = Lesson(
    name="scheduler",
    title="Scheduler",
    text=TEXT,
    sources=(
        Source(
            "Song, Meng, Ermon 2020, Denoising Diffusion Implicit Models",
            "2010.02502",
            "drawing without fresh noise",
        ),
        Source(
            "Karras, Aittala, Aila, Laine 2022, Elucidating the Design Space",
            "2206.00364",
            "the one equation behind the schedulers, and what fresh noise corrects",
        ),
        Source(
            "Liu, Ren, Lin, Zhao 2022, Pseudo Numerical Methods (PNDM)",
            "2202.09778",
            "solvers that look at earlier guesses",
        ),
        Source(
            "Lu and others 2022, DPM-Solver++",
            "2211.01095",
            "fewer steps by looking at earlier guesses",
        ),
    ),
    task="The same picture by four schedulers, each with two step counts.",
    prompts=("a cat face", "a strawberry", "a house", "a red apple", "a purple octopus"),
    knob=Knob(
        label="Steps, and twice as many",
        help="Each scheduler draws with this step count and with its double.",
        options=("10", "15", "20"),
        first="10",
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "With one seed and enough steps, three of these four arrive at nearly the same picture. "
        "Which one does not?",
        (
            _answer(
                SamplerName.DDIM,
                "DDIM adds no fresh noise: it follows the common path in straight pieces.",
            ),
            _answer(
                SamplerName.K_EULER,
                "K_EULER adds no fresh noise: it moves straight along the common path.",
            ),
            _answer(
                SamplerName.DPM_SOLVER_MULTISTEP,
                "DPMSolverMultistep follows the common path too; it only needs fewer steps for it.",
            ),
            _answer(
                SamplerName.K_EULER_ANCESTRAL,
                "It adds fresh noise in each step, so it leaves the common path.",
            ),
        ),
        SamplerName.K_EULER_ANCESTRAL.value.lower(),
    ),
)
