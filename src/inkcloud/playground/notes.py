"""What the page tells a learner about the settings in front of them."""

from typing import TYPE_CHECKING

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import Parameters

if TYPE_CHECKING:  # which counts rows as they are counted here
    from inkcloud.playground.pace import Pace

MANY_STEPS = 100
FEW_STEPS = 5
STRONG_GUIDANCE = 15.0
FEW_FOR_A_SCHEDULER = 10
# Lu et al. 2022: DPM-Solver++ was made for 15 to 20 steps of guided sampling.
ENOUGH_FOR = {SamplerName.DPM_SOLVER_MULTISTEP: 40}

# DDIM: Song et al. 2021, table 1, has an FID of 13.4 at 10 steps and 4.7 at 50 (CIFAR-10).
# PNDM (Liu et al. 2022) and KLMS are linear multistep methods of order 4.
_FEW_FOR = {
    SamplerName.DDIM: "DDIM leaves out detail with so few steps; try 20 or more, or another "
    "scheduler.",
    SamplerName.PNDM: "PNDM needs ten steps or more to look back at earlier guesses. With fewer it "
    "does what DDIM does, and the picture is the same.",
    SamplerName.KLMS: "KLMS works each step out from the three before it, and with so few steps "
    "it has little to go by.",
}


def model_calls(parameters: Parameters) -> int:
    """Return how many times the model is called for one picture."""
    return parameters.scheduler.network_calls(parameters.steps, parameters.skipped)


def rows(parameters: Parameters) -> int:
    """Return how many rows go through the model: two a call while guidance is above 1."""
    return model_calls(parameters) * (1 if parameters.guidance_scale == 1.0 else 2)


def cost(parameters: Parameters) -> str:
    """Return the price of a picture in a sentence."""
    calls = model_calls(parameters)
    times = "1 model call" if calls == 1 else f"{calls} model calls"
    several = f" for each of {parameters.images} pictures" if parameters.images > 1 else ""
    if parameters.guidance_scale == 1.0:
        return f"Costs {times}, one row each{several}."
    rows_of = "of two rows each: one with your prompt, one to steer away from"
    return f"Costs {times} {rows_of}{several}."


def time_needed(parameters: Parameters, pace: "Pace | None") -> str:
    """Return how long the panel will take here, in a sentence; empty if nothing is known."""
    if pace is None:
        return ""
    return f"Takes {pace.text(parameters, parameters.images)}."


def start_note(parameters: Parameters) -> str:
    """Return what beginning as a picture does to the steps."""
    if not parameters.skipped:
        return "Begins as your picture, of which next to nothing is left at strength 1."
    return f"Begins as your picture: {parameters.made} of the {parameters.steps} steps are made."


def notes(parameters: Parameters) -> tuple[str, ...]:
    """Return what these settings will really do, where that may surprise."""
    found = (
        _no_guidance(parameters),
        _strong_guidance(parameters),
        _extra_call(parameters),
        _fresh_noise(parameters),
        _few_steps(parameters),
        _many_steps(parameters),
        _half_a_variation(parameters),
        _variation_of_fresh_noise(parameters),
    )
    return tuple(note for note in found if note)


def _no_guidance(parameters: Parameters) -> str:
    if parameters.guidance_scale != 1.0:
        return ""
    if parameters.negative_prompt.strip():
        return (
            "Guidance 1 ignores the negative prompt: there is nothing to steer away from. "
            "It also halves the work."
        )
    return "Guidance 1 runs the model without steering, at half the work."


def _strong_guidance(parameters: Parameters) -> str:
    if parameters.guidance_scale < STRONG_GUIDANCE:
        return ""
    return "Guidance this strong often gives glaring colours and hard edges."


def _extra_call(parameters: Parameters) -> str:
    if model_calls(parameters) == parameters.made:
        return ""
    return (
        f"PNDM calls the model once more than it has steps: {model_calls(parameters)} calls "
        f"for {parameters.made} steps."
    )


def _fresh_noise(parameters: Parameters) -> str:
    if parameters.scheduler is not SamplerName.K_EULER_ANCESTRAL:
        return ""
    return (
        "K_EULER_ANCESTRAL adds fresh noise at every step, so another step count gives another "
        "picture, not the same one refined."
    )


def _few_steps(parameters: Parameters) -> str:
    if parameters.steps < FEW_STEPS:
        return "So few steps give a first impression rather than a picture."
    if parameters.steps < FEW_FOR_A_SCHEDULER:
        return _FEW_FOR.get(parameters.scheduler, "")
    return ""


def _many_steps(parameters: Parameters) -> str:
    if parameters.scheduler is SamplerName.K_EULER_ANCESTRAL:
        return ""  # its picture never settles, which its own note says
    enough = ENOUGH_FOR.get(parameters.scheduler, MANY_STEPS)
    if parameters.steps <= enough:
        return ""
    return (
        f"Beyond {enough} steps {parameters.scheduler.value} takes longer, but its picture hardly "
        "changes. The page Schedulers measures where that begins here."
    )


def _half_a_variation(parameters: Parameters) -> str:
    if parameters.variation_strength > 0 and not parameters.variation_seed.strip():
        return "The variation strength does nothing without a variation seed."
    if parameters.variation_seed.strip() and parameters.variation_strength == 0:
        return "The variation seed does nothing at strength 0."
    return ""


def _variation_of_fresh_noise(parameters: Parameters) -> str:
    if not parameters.varied or parameters.scheduler is not SamplerName.K_EULER_ANCESTRAL:
        return ""
    return (
        "The fresh noise of every step stays the starting seed's, so even strength 1 is not "
        "quite the variation seed's own picture."
    )
