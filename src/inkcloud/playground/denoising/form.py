"""The page's fields: one set of parameters, and a second scheduler to compare with."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import fields
from inkcloud.playground.parameters import LIMITS, Parameters
from inkcloud.playground.wording import escaped

DEFAULT_PROMPT = "an octopus"
FIRST = Parameters(
    negative_prompt="",
    steps=20,
    scheduler=SamplerName.DPM_SOLVER_MULTISTEP,
    guidance_scale=7.5,
    seed="42",
)
COMPARED = "compared"


@dataclass(frozen=True)
class Wanted:
    """What the fields hold.

    Attributes:
        prompt: what to draw.
        parameters: how.
        compared: a second scheduler, or None.
    """

    prompt: str
    parameters: Parameters
    compared: SamplerName | None

    def requests(self) -> list[GenerationRequest]:
        """Return the request of each run, with frames.

        Raises:
            InvalidRequest: names the first field whose value is not allowed.
        """
        each = [self.parameters]
        if self.compared is not None:
            each.append(replace(self.parameters, scheduler=self.compared))
        return [
            replace(parameters.request(self.prompt), frames=True).validated(LIMITS)
            for parameters in each
        ]


def key(name: str) -> str:
    """Return the key of a field's widget."""
    return f"denoising_{name}"


def draw_prompt() -> None:
    """Draw the prompt's field."""
    st.text_input(
        fields.PROMPT.label,
        DEFAULT_PROMPT,
        key=key("prompt"),
        help="Say what the picture is to show.",
        persist_state="session",
    )


def draw_settings() -> None:
    """Draw the other fields."""
    _draw_schedulers()
    st.number_input(
        fields.STEPS.label,
        min_value=LIMITS.steps[0],
        max_value=LIMITS.steps[1],
        value=FIRST.steps,
        key=key("steps"),
        help=f"{fields.STEPS.help} Of more than {LIMITS.frames} steps {LIMITS.frames} are kept.",
        persist_state="session",
    )
    st.slider(
        fields.GUIDANCE_SCALE.label,
        min_value=LIMITS.guidance_scale[0],
        max_value=LIMITS.guidance_scale[1],
        value=FIRST.guidance_scale,
        step=0.1,
        format="%.1f",
        key=key("guidance_scale"),
        help=fields.GUIDANCE_SCALE.help,
        persist_state="session",
    )
    for field in (fields.SEED, fields.NEGATIVE_PROMPT):
        st.text_input(
            field.label,
            getattr(FIRST, field.name),
            key=key(field.name),
            help=field.help,
            persist_state="session",
        )


def read() -> Wanted:
    """Return what the fields hold; of those not drawn yet, their first values."""
    state = st.session_state
    names = ("negative_prompt", "steps", "scheduler", "guidance_scale", "seed")
    held = {name: state.get(key(name), getattr(FIRST, name)) for name in names}
    return Wanted(
        str(state.get(key("prompt"), DEFAULT_PROMPT)),
        Parameters(**held),
        state.get(key(COMPARED)),
    )


def fill(requests: list[dict[str, Any]]) -> None:
    """Fill the fields from generations, unless the person has changed them; call before drawing.

    Raises:
        InkcloudError: if it is no request that these fields can show.
    """
    if read() != Wanted(DEFAULT_PROMPT, FIRST, None):
        return
    parameters = [Parameters.from_request(request) for request in requests]
    state = st.session_state
    state[key("prompt")] = str(requests[0].get("prompt", ""))
    for name in ("negative_prompt", "steps", "scheduler", "guidance_scale", "seed"):
        state[key(name)] = getattr(parameters[0], name)
    if len(parameters) > 1:
        state[key(COMPARED)] = parameters[1].scheduler


def _draw_schedulers() -> None:
    schedulers = list(SamplerName)
    st.selectbox(
        fields.SCHEDULER.label,
        schedulers,
        schedulers.index(FIRST.scheduler),
        format_func=lambda scheduler: scheduler.value,
        key=key("scheduler"),
        help=fields.SCHEDULER.help,
        persist_state="session",
    )
    st.selectbox(
        "Compare with",
        schedulers,
        None,
        format_func=lambda scheduler: scheduler.value,
        key=key(COMPARED),
        placeholder="No other scheduler",
        help="Draws the same again by a second scheduler and shows both, step by step.",
        persist_state="session",
    )


def described(request: dict[str, Any]) -> str:
    """Return what a generation was asked for, in a line of Markdown."""
    return (
        f"“{escaped(str(request.get('prompt', '')))}” · "
        f"{escaped(str(request.get('scheduler', '')))} · "
        f"{request.get('num_inference_steps')} steps · seed {request.get('seed')}"
    )
