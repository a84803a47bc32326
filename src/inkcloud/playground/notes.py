"""What the page tells a learner about the settings in front of them."""

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import Parameters

MANY_STEPS = 100
FEW_STEPS = 5
STRONG_GUIDANCE = 15.0


def model_calls(parameters: Parameters) -> int:
    """Return how many times the model is called for one picture."""
    extra = parameters.scheduler is SamplerName.PNDM and parameters.steps > 1
    return parameters.steps + (1 if extra else 0)


def rows(parameters: Parameters) -> int:
    """Return how many rows go through the model: two a call while guidance is above 1."""
    return model_calls(parameters) * (1 if parameters.guidance_scale == 1.0 else 2)


def cost(parameters: Parameters) -> str:
    """Return the price of one picture in a sentence."""
    calls = model_calls(parameters)
    times = "1 model call" if calls == 1 else f"{calls} model calls"
    if parameters.guidance_scale == 1.0:
        return f"Costs {times}, one row each."
    return f"Costs {times} of two rows each: one with your prompt, one to steer away from."


def notes(parameters: Parameters) -> tuple[str, ...]:
    """Return what these settings will really do, where that may surprise."""
    found = (
        _no_guidance(parameters),
        _strong_guidance(parameters),
        _extra_call(parameters),
        _fresh_noise(parameters),
        _few_steps(parameters),
        _many_steps(parameters),
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
    if model_calls(parameters) == parameters.steps:
        return ""
    return (
        f"PNDM calls the model once more than it has steps: {model_calls(parameters)} calls "
        f"for {parameters.steps} steps."
    )


def _fresh_noise(parameters: Parameters) -> str:
    if parameters.scheduler is not SamplerName.K_EULER_ANCESTRAL:
        return ""
    return (
        "K_EULER_ANCESTRAL adds fresh noise at every step, so another step count gives another "
        "picture, not the same one refined."
    )


def _few_steps(parameters: Parameters) -> str:
    if parameters.steps >= FEW_STEPS:
        return ""
    return "So few steps give a first impression rather than a picture."


def _many_steps(parameters: Parameters) -> str:
    if parameters.steps <= MANY_STEPS:
        return ""
    return f"Beyond {MANY_STEPS} steps the time still grows, but the picture hardly changes."
