"""The fields of the page Schedulers."""

from dataclasses import replace

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import fields
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.values import read_values, values_text
from inkcloud.playground.parameters import LIMITS
from inkcloud.playground.presets import DEFAULT_PROMPT, PRESETS
from inkcloud.playground.schedulers.experiment import (
    FIRST_REFERENCE,
    FIRST_STEPS,
    MOST_SEEDS,
    Experiment,
)
from inkcloud.playground.wording import error_text

FIRST = Experiment(
    prompt=DEFAULT_PROMPT,
    parameters=PRESETS[0].parameters.with_negative_prompt(""),
    schedulers=tuple(SamplerName),
    steps=tuple(map(int, FIRST_STEPS)),
    reference=FIRST_REFERENCE,
    seeds=(PRESETS[0].parameters.seed,),
)


def key(name: str) -> str:
    """Return the key of a field."""
    return f"schedulers_{name}"


def draw_form(first: Experiment | None) -> Experiment | None:
    """Draw the fields and return the experiment that they ask for; None if it is not possible.

    Args:
        first: what the fields hold at first.
    """
    start = first or FIRST
    prompt = st.text_input(
        fields.PROMPT.label,
        start.prompt,
        key=key("prompt"),
        help="What every scheduler draws.",
        persist_state="session",
    )
    schedulers = st.multiselect(
        "Schedulers",
        [each.value for each in SamplerName],
        [each.value for each in start.schedulers],
        key=key("names"),
        help="Each is compared with its own converged picture.",
        persist_state="session",
    )
    left, middle, right = st.columns(3)
    with left:
        steps = st.text_input(
            "Step counts",
            values_text(AxisKind.STEPS, map(str, start.steps)),
            key=key("steps"),
            help="Numbers with commas, or ranges such as 5-30 (+5).",
            persist_state="session",
        )
    with middle:
        reference = st.number_input(
            "Steps of the converged picture",
            min_value=2,
            max_value=LIMITS.steps[1],
            value=start.reference,
            key=key("reference"),
            help="So many that more would change nothing you can see. It costs as many calls.",
            persist_state="session",
        )
    with right:
        seeds = st.text_input(
            "Seeds",
            values_text(AxisKind.SEED, start.seeds),
            key=key("seeds"),
            help=f"1 to {MOST_SEEDS} seeds, to average over: 42, or 1-3.",
            persist_state="session",
        )
    guidance, negative = _draw_more(start)
    try:
        return Experiment(
            prompt=prompt,
            parameters=replace(start.parameters, guidance_scale=guidance, negative_prompt=negative),
            schedulers=tuple(
                SamplerName.parse(name)
                for name in read_values(AxisKind.SCHEDULER, ", ".join(schedulers))
            ),
            steps=tuple(sorted(int(count) for count in read_values(AxisKind.STEPS, steps))),
            reference=int(reference),
            seeds=read_values(AxisKind.SEED, seeds),
        ).checked()
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return None


def fill(experiment: Experiment) -> None:
    """Put an experiment into the fields of a page that is open already."""
    state = st.session_state
    state[key("prompt")] = experiment.prompt
    state[key("names")] = [each.value for each in experiment.schedulers]
    state[key("steps")] = values_text(AxisKind.STEPS, map(str, experiment.steps))
    state[key("reference")] = experiment.reference
    state[key("seeds")] = values_text(AxisKind.SEED, experiment.seeds)
    state[key("guidance")] = experiment.parameters.guidance_scale
    state[key("negative")] = experiment.parameters.negative_prompt


def _draw_more(start: Experiment) -> tuple[float, str]:
    with st.expander("Guidance and negative prompt"):
        guidance = st.slider(
            fields.GUIDANCE_SCALE.label,
            min_value=LIMITS.guidance_scale[0],
            max_value=LIMITS.guidance_scale[1],
            value=start.parameters.guidance_scale,
            step=0.1,
            format="%.1f",
            key=key("guidance"),
            help=fields.GUIDANCE_SCALE.help,
            persist_state="session",
        )
        negative = st.text_input(
            fields.NEGATIVE_PROMPT.label,
            start.parameters.negative_prompt,
            key=key("negative"),
            help=fields.NEGATIVE_PROMPT.help,
            persist_state="session",
        )
    return guidance, negative
