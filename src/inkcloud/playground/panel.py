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
    preset = st.container()
    first = PRESETS[panel].parameters
    key = form.key(panel, "negative_prompt")
    st.text_input(
        fields.NEGATIVE_PROMPT.label,
        form.first_value(key, first.negative_prompt, ""),
        key=key,
        help=fields.NEGATIVE_PROMPT.help,
    )
    example = st.container()
    _draw_denoising(panel, first)
    _draw_weight_and_seed(panel, first)
    form.show_matches(panel)
    with preset:
        _draw_preset_chooser(panel)
    with example:
        _draw_example_chooser(panel)


def _draw_denoising(panel: int, first: Parameters) -> None:
    key = form.key(panel, "steps")
    st.number_input(
        fields.STEPS.label,
        min_value=LIMITS.steps[0],
        max_value=LIMITS.steps[1],
        value=form.first_value(key, first.steps, "min"),
        key=key,
        help=fields.STEPS.help,
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
    )
    key = form.key(panel, "seed")
    st.text_input(
        fields.SEED.label,
        form.first_value(key, first.seed, ""),
        key=key,
        help=fields.SEED.help,
    )


def _draw_preset_chooser(panel: int) -> None:
    st.selectbox(
        "Preset",
        [preset.name for preset in PRESETS],
        key=form.key(panel, "preset"),
        placeholder="Your own settings",
        help="Sets scheduler, steps, guidance and seed to a pairing that works well.",
        on_change=form.use_preset,
        args=(panel,),
        index=None,
    )


def _draw_example_chooser(panel: int) -> None:
    st.pills(
        "Examples of negative prompts",
        [example.label for example in NEGATIVE_EXAMPLES],
        key=form.key(panel, "example"),
        label_visibility="collapsed",
        on_change=form.use_example,
        args=(panel,),
    )


def _draw_notes(panel: int) -> None:
    parameters = form.read(panel)
    lines = [cost(parameters), *notes(parameters)]
    st.caption("\n".join(f"- {line.replace('_', chr(92) + '_')}" for line in lines))
