"""One panel: its picture above, its settings below."""

import streamlit as st

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground import actions, fields, form
from inkcloud.playground.notes import cost, notes
from inkcloud.playground.parameters import LIMITS
from inkcloud.playground.presets import NEGATIVE_EXAMPLES, PRESETS
from inkcloud.playground.result import draw_result
from inkcloud.playground.session import Session


def draw_panel(session: Session, panel: int) -> None:
    """Draw a panel into the present container."""
    with st.container(border=True, key=form.key(panel, "frame")):
        st.subheader(f"Panel {panel + 1}")
        draw_result(session, panel)
        _draw_settings(panel)
        _draw_notes(panel)
        st.button(
            "Generate Image",
            key=form.key(panel, "generate"),
            help="Draw this panel alone.",
            on_click=actions.generate_one,
            args=(panel,),
            disabled=session.drawings[panel].active,
            width="stretch",
        )


def _draw_settings(panel: int) -> None:
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
    st.text_input(
        fields.NEGATIVE_PROMPT.label,
        key=form.key(panel, "negative_prompt"),
        help=fields.NEGATIVE_PROMPT.help,
    )
    st.pills(
        "Examples of negative prompts",
        [example.label for example in NEGATIVE_EXAMPLES],
        key=form.key(panel, "example"),
        label_visibility="collapsed",
        on_change=form.use_example,
        args=(panel,),
    )
    _draw_numbers(panel)


def _draw_numbers(panel: int) -> None:
    st.number_input(
        fields.STEPS.label,
        min_value=LIMITS.steps[0],
        max_value=LIMITS.steps[1],
        key=form.key(panel, "steps"),
        help=fields.STEPS.help,
    )
    st.selectbox(
        fields.SCHEDULER.label,
        list(SamplerName),
        format_func=lambda scheduler: scheduler.value,
        key=form.key(panel, "scheduler"),
        help=fields.SCHEDULER.help,
    )
    st.slider(
        fields.GUIDANCE_SCALE.label,
        min_value=LIMITS.guidance_scale[0],
        max_value=LIMITS.guidance_scale[1],
        step=0.1,
        format="%.1f",
        key=form.key(panel, "guidance_scale"),
        help=fields.GUIDANCE_SCALE.help,
    )
    st.text_input(
        fields.SEED.label,
        key=form.key(panel, "seed"),
        help=fields.SEED.help,
    )


def _draw_notes(panel: int) -> None:
    parameters = form.read(panel)
    lines = [cost(parameters), *notes(parameters)]
    st.caption("\n".join(f"- {line.replace('_', chr(92) + '_')}" for line in lines))
