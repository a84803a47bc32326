"""The lesson on how diffusion works."""

from inkcloud.domain.sampler_name import SamplerName
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
from inkcloud.playground.lessons.measures import (
    coarse,
    fine,
    half_way,
    pixels,
    shares_left,
    side_by_side,
)
from inkcloud.playground.parameters import Parameters

MOST_SHOWN = 6

TEXT = """
A text-to-image model does not paint. It has learned one thing: to look at a noisy picture and tell
what the clean picture behind it might be. For that it was shown many pictures with noise mixed in,
together with their descriptions.

To draw, we turn this around. We begin with pure noise and ask the model what it sees in it, given
your prompt. Its first guess is a blur. We move a little from the noise towards that guess and ask
again. Now there is a little more to see, and the guess gets better. After some **steps** the noise
is gone and the guess is the picture.

Watch what the guesses settle first. In heavy noise only large things can be made out at all: where
the object is, its outline, its main colours. So these are decided in the early steps. Small
things, such as an eye or a shine on a fruit, are drowned by the noise until late, and come last.

One thing was left out: all this happens not in pixels but in a smaller **latent** picture, which a
decoder turns into pixels at the end. That is what "latent diffusion" means, and why it is faster.
"""


def define(choice: Choice) -> CellsDefinition:
    """Return one picture whose every step is recorded."""
    return CellsDefinition(
        choice.prompt,
        Parameters(
            negative_prompt="",
            steps=int(choice.knob),
            scheduler=SamplerName.DDIM,
            guidance_scale=5.0,
            seed=choice.seed,
        ),
    )


def knob_of(definition: CellsDefinition) -> str:
    """Return the step count."""
    return str(definition.parameters.steps)


def show(done: tuple[Done, ...]) -> tuple[Shown, ...]:
    """Return some steps: what the model was shown, and its guess."""
    steps = done[0].steps
    chosen = sorted({round(i * (len(steps) - 1) / (MOST_SHOWN - 1)) for i in range(MOST_SHOWN)})
    return tuple(
        Shown(
            f"Step {steps[i].number} of {done[0].cell.parameters.steps}. "
            "Left: what the model was shown. Right: its guess.",
            side_by_side(steps[i].noisy, steps[i].predicted),
        )
        for i in chosen
    )


def measure(done: tuple[Done, ...]) -> Reading:
    """Measure when the coarse shapes and when the fine details had come half of their way."""
    guesses = [pixels(step.predicted) for step in done[0].steps]
    large = shares_left([coarse(guess) for guess in guesses])
    small = shares_left([fine(guess) for guess in guesses])
    first, later = half_way(large), half_way(small)
    rows = tuple(
        (str(step.number), f"{a:.0f} %", f"{b:.0f} %")
        for step, a, b in zip(done[0].steps, large, small, strict=True)
    )
    found = "coarse" if first < later else "fine" if later < first else None
    return Reading(
        explanation="How much of the way from the first guess to the last is still to go, for the "
        "mean colours of 4 by 4 large blocks (coarse) and for all that they leave out (fine).",
        columns=("Step", "Coarse, still to go", "Fine, still to go"),
        rows=rows,
        chart=(("Coarse, half way at step", first), ("Fine, half way at step", later)),
        unit="step",
        sentence=f"The coarse shapes had come half of their way at step {first}, the fine details "
        f"at step {later}.",
        found=found,
    )


LESSON = Lesson(
    name="diffusion",
    title="How diffusion works",
    text=TEXT,
    sources=(
        Source(
            "Ho, Jain, Abbeel 2020, Denoising Diffusion Probabilistic Models",
            "2006.11239",
            "drawing from noise step by step; large features appear first and details last",
        ),
        Source(
            "Rombach and others 2022, High-Resolution Image Synthesis with Latent Diffusion Models",
            "2112.10752",
            "working on a smaller latent picture",
        ),
    ),
    task="One picture, of which every step is recorded: what the model was shown and its guess.",
    prompts=("a fox", "a rocket", "an owl", "a cat face", "a butterfly"),
    knob=Knob(
        label="Number of steps",
        help="In how many steps the noise is taken away.",
        options=("10", "20", "40"),
        first="20",
    ),
    define=define,
    knob_of=knob_of,
    show=show,
    measure=measure,
    question=Question(
        "What do the guesses settle first?",
        (
            Answer(
                "fine",
                "The fine details, such as edges and shines",
                "Heavy noise drowns small things. They can only be made out late, when little "
                "noise is left.",
            ),
            Answer(
                "top",
                "The upper part, then line by line down to the lower part",
                "Each step works on the whole picture at once; no part of it is ahead of another.",
            ),
            Answer(
                "coarse",
                "The outline and the large areas of colour",
                "Only large things can be made out in heavy noise, so the early steps decide them, "
                "and the details come last.",
            ),
        ),
        "coarse",
    ),
    steps=True,
)
