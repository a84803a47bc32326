"""The lesson on the guidance scale."""

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
from inkcloud.playground.lessons.measures import pixels, saturation
from inkcloud.playground.parameters import Parameters

TEXT = """
**Guidance** (CFG scale) says how strongly the picture follows your prompt. At each step the model
guesses twice, with the prompt and without it. The difference of the two is what the prompt adds.
Guidance multiplies that difference:

`result = guess without + guidance · (guess with - guess without)`

(A negative prompt takes the place of the guess without.)

At 1 you get the guess with the prompt as the model has it: often vague, with several things half
there, because many pictures go with one text. As guidance rises, whatever speaks for the prompt is
exaggerated. The object becomes clear and typical.

But exaggeration costs something. Pictures for the same prompt become more alike, since all of them
are pulled towards the most typical one. And the guess is pushed out of the range that real
pictures have: colours become fuller and contrasts harder, until areas are glaring and details
break.

Values of about 5 to 9 are a good start. If a picture misses something that the prompt says, raise
guidance a little; if it looks glaring, lower it. At 1 the second guess is not needed, so a step
costs about half as much.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return five pictures that differ in guidance alone."""
    parameters = Parameters(
        negative_prompt="",
        steps=16,
        scheduler=SamplerName.DPM_SOLVER_MULTISTEP,
        guidance_scale=7.5,
        seed=choice.seed,
    )
    values = ("1", "2", "4", "8", choice.knob)
    return CellsDefinition(choice.prompt, parameters, (Axis(AxisKind.GUIDANCE, values),))


def knob_of(definition: CellsDefinition) -> str:
    """Return the highest guidance."""
    return definition.axes[0].values[-1]


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return all five."""
    return tuple(Shown(f"Guidance {_guidance(each)}", each.picture) for each in done)


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure the saturation of each picture."""
    found = [saturation(pixels(each.picture)) for each in done]
    names = [_guidance(each) for each in done]
    change = found[-1] - found[0]
    return Reading(
        explanation="The mean saturation of each picture in percent: 0 is grey or white, 100 is "
        "full colour everywhere.",
        columns=("Guidance", "Saturation"),
        rows=tuple((name, f"{value:.1f} %") for name, value in zip(names, found, strict=True)),
        chart=tuple(zip((f"Guidance {name}" for name in names), found, strict=True)),
        unit="%",
        sentence=f"The saturation was {found[0]:.1f} % at guidance {names[0]} and "
        f"{found[-1]:.1f} % at guidance {names[-1]}.",
        found="fuller" if change > 1 else "paler" if change < -1 else "same",
    )


def _guidance(each: Done) -> str:
    return f"{each.cell.parameters.guidance_scale:g}"


LESSON = Lesson(
    name="guidance",
    title="Guidance",
    text=TEXT,
    sources=(
        Source(
            "Ho and Salimans 2022, Classifier-Free Diffusion Guidance",
            "2207.12598",
            "the formula, and clearer but less varied pictures as guidance rises",
        ),
        Source(
            "Saharia and others 2022, Photorealistic Text-to-Image Diffusion Models (Imagen)",
            "2205.11487",
            "high guidance leaves the range of real pictures and makes them glaring",
        ),
    ),
    task="The same picture at five strengths of guidance.",
    prompts=("a strawberry", "a cat face", "a red apple", "a house", "an octopus"),
    knob=Knob(
        label="Highest guidance",
        help="Of the last of the five pictures.",
        options=("12", "16", "20"),
        first="16",
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "What happens to the colours as guidance rises from 1 to high values?",
        (
            Answer(
                "paler",
                "They become paler",
                "Guidance exaggerates what the prompt adds, so the colours move away from grey "
                "and white, not towards them.",
            ),
            Answer(
                "same",
                "They stay as they are; only shapes change",
                "The difference that guidance multiplies holds colours as well as shapes.",
            ),
            Answer(
                "fuller",
                "They become fuller, and in the end glaring",
                "The difference between the two guesses is exaggerated, in colour too, beyond "
                "what real pictures have.",
            ),
        ),
        "fuller",
    ),
)
