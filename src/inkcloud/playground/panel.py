"""One panel: a place for its picture above, its settings below."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import actions, fields, form
from inkcloud.playground.notes import cost, notes
from inkcloud.playground.parameters import LIMITS, Parameters
from inkcloud.playground.presets import NEGATIVE_EXAMPLES, PRESETS
from inkcloud.playground.session import Session


def draw_panel(session: Session, panel: int) -> DeltaGenerator:
    """Draw a panel's settings into the present container.

    Returns:
        The place above them for the panel's result. It is drawn after the fields of all panels,
        because it may start the page's script anew to fill them.
    """
    with st.container(border=True, key=form.key(panel, "frame")):
        st.subheader(f"Panel {panel + 1}")
        result = st.container()
        _draw_settings(panel)
        _draw_notes(panel)
        if st.button(
            "Generate Image",
            key=form.key(panel, "generate"),
            help="Draw this panel alone.",
            disabled=session.drawings[panel].active,
            width="stretch",
        ):
            actions.generate_one(panel)
            st.rerun()
    return result


def _draw_settings(panel: int) -> None:
    form.take_choices(panel)
    preset = st.container()
    first = PRESETS[panel].parameters
    key = form.key(panel, "negative_prompt")
    st.text_input(
        fields.NEGATIVE_PROMPT.label,
        form.first_value(key, first.negative_prompt, ""),
        key=key,
        help=fields.NEGATIVE_PROMPT.help,
        persist_state="session",
    )
    example = st.container()
    _draw_denoising(panel, first)
    _draw_weight_and_seed(panel, first)
    matches = form.show_matches(panel)
    with preset:
        _draw_preset_chooser(panel, matches.preset)
    with example:
        _draw_example_chooser(panel, matches.example)


def _draw_denoising(panel: int, first: Parameters) -> None:
    key = form.key(panel, "steps")
    st.number_input(
        fields.STEPS.label,
        min_value=LIMITS.steps[0],
        max_value=LIMITS.steps[1],
        value=form.first_value(key, first.steps, "min"),
        key=key,
        help=fields.STEPS.help,
        persist_state="session",
    )
    key = form.key(panel, "scheduler")
    schedulers = list(SamplerName)
    st.selectbox(
        fields.SCHEDULER.label,
        schedulers,
        form.first_value(key, schedulers.index(first.scheduler), 0),
        format_func=lambda scheduler: scheduler.value,
        key=key,
        help=fields.SCHEDULER.help,
        persist_state="session",
    )


def _draw_weight_and_seed(panel: int, first: Parameters) -> None:
    key = form.key(panel, "guidance_scale")
    st.slider(
        fields.GUIDANCE_SCALE.label,
        min_value=LIMITS.guidance_scale[0],
        max_value=LIMITS.guidance_scale[1],
        value=form.first_value(key, first.guidance_scale, None),
        step=0.1,
        format="%.1f",
        key=key,
        help=fields.GUIDANCE_SCALE.help,
        persist_state="session",
    )
    key = form.key(panel, "seed")
    st.text_input(
        fields.SEED.label,
        form.first_value(key, first.seed, ""),
        key=key,
        help=fields.SEED.help,
        persist_state="session",
    )


def _draw_preset_chooser(panel: int, shown: str | None) -> None:
    names = [preset.name for preset in PRESETS]
    key = form.key(panel, form.PRESET)
    st.selectbox(
        "Preset",
        names,
        form.first_value(key, None if shown is None else names.index(shown), None),
        key=key,
        placeholder="Your own settings",
        help="Sets scheduler, steps, guidance and seed to a pairing that works well.",
    )


def _draw_example_chooser(panel: int, shown: str | None) -> None:
    key = form.key(panel, form.EXAMPLE)
    st.pills(
        "Examples of negative prompts",
        [example.label for example in NEGATIVE_EXAMPLES],
        default=form.first_value(key, shown, None),
        key=key,
        label_visibility="collapsed",
    )


def _draw_notes(panel: int) -> None:
    parameters = form.read(panel)
    lines = [cost(parameters), *notes(parameters)]
    st.caption("\n".join(f"- {line.replace('_', chr(92) + '_')}" for line in lines))
