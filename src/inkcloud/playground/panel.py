"""One panel: a place for its picture above, its settings below."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.playground import actions, form
from inkcloud.playground.notes import cost, notes, start_note, time_needed
from inkcloud.playground.panel_fields import draw_settings
from inkcloud.playground.panel_menu import draw_menu
from inkcloud.playground.prompt_length import unread_sentence
from inkcloud.playground.session import Session
from inkcloud.playground.wording import escaped


def draw_panel(session: Session, panel: int, differing: frozenset[str]) -> DeltaGenerator:
    """Draw a panel's settings into the present container.

    Args:
        session: the page's.
        panel: which one.
        differing: the names of the settings in which the panels are not all alike.

    Returns:
        The place above them for the panel's result. It is drawn after the fields of all panels,
        because it may start the page's script anew to fill them.
    """
    with st.container(border=True, key=form.key(panel, "frame")):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(f"Panel {panel + 1}", width="stretch")
            draw_menu(session, panel)
        result = st.container()
        draw_settings(session, panel, differing)
        _draw_notes(session, panel)
        key = form.key(panel, actions.GENERATE_KEY)
        pressed = st.button(
            "Generate Image",
            key=key,
            help="Draw this panel alone.",
            disabled=session.drawings[panel].active,
            width="stretch",
        )
        if pressed and key not in session.answered:
            actions.generate_one(panel)
            st.rerun()
    return result


def _draw_notes(session: Session, panel: int) -> None:
    from_picture = session.start is not None
    parameters = form.read(panel).as_drawn(from_picture=from_picture)
    negative = parameters.negative_prompt
    unread = session.unread.get(negative, "") if parameters.guidance_scale != 1.0 else ""
    lines = (
        cost(parameters),
        time_needed(parameters, session.pace),
        unread_sentence(negative, unread, "negative prompt"),
        start_note(parameters) if from_picture else "",
        *notes(parameters),
    )
    st.caption("\n".join(f"- {escaped(line)}" for line in lines if line))
