"""The page Generate: one prompt, three panels side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.playground import actions, fields, form
from inkcloud.playground.endpoint_notice import draw_endpoint_notice
from inkcloud.playground.panel import draw_panel
from inkcloud.playground.presets import DEFAULT_PROMPT
from inkcloud.playground.result import draw_result, restore_fields
from inkcloud.playground.run import PANELS
from inkcloud.playground.session import Session


def draw_generate_page(session: Session) -> None:
    """Draw the page."""
    restore_fields(session)
    buttons = _draw_head(session)
    results = []
    for panel, column in enumerate(st.columns(PANELS)):
        with column:
            results.append(draw_panel(session, panel))
    if any(form.has_choice(panel) for panel in range(PANELS)):
        # Chosen while the page's server was started anew: only now all fields are known to it.
        st.rerun()
    with buttons:
        _draw_buttons(session)
    for panel, result in enumerate(results):
        with result:
            draw_result(session, panel)


def _draw_head(session: Session) -> DeltaGenerator:
    """Draw the top of the page and return the place for its buttons."""
    st.title("Image Generation Playground")
    st.markdown(
        "Write a prompt, give each panel its own settings and press **Generate**. Then compare "
        "the three pictures to see what a setting does."
    )
    draw_endpoint_notice(session)
    st.header("Prompt")
    st.text_input(
        fields.PROMPT.label,
        form.first_value(form.PROMPT_KEY, DEFAULT_PROMPT, ""),
        key=form.PROMPT_KEY,
        help=fields.PROMPT.help,
        persist_state="session",
    )
    return st.container(horizontal=True)


def _draw_buttons(session: Session) -> None:
    # Their answers are used rather than callbacks: when the page's server was started anew,
    # it does not know the callbacks of the page that is still open in the browser.
    if st.button(
        "Generate",
        key="generate",
        type="primary",
        help="Wait for the panels to finish, or cancel them, before you start again."
        if session.busy
        else "Draw all three panels.",
        disabled=session.busy,
    ):
        actions.generate_all()
        st.rerun()
    if session.previous is not None and st.button("Show the last run", key="previous"):
        actions.show_previous()
        st.rerun()
