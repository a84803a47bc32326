"""The buttons above the panels, and the line that says what differs between them."""

import urllib.parse

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground import actions, form
from inkcloud.playground.link import MAXIMUM_PANELS, START_FIELD, generate_query
from inkcloud.playground.session import LOCK_KEY, Session
from inkcloud.playground.start_picture import start_query
from inkcloud.playground.wording import about, error_text


def draw_toolbar(session: Session, status: DeltaGenerator) -> None:
    """Draw the buttons and the lines; call it after the panels' fields were drawn.

    Args:
        session: the page's.
        status: the place for what a run takes.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        _draw_generate(session)
        st.toggle(
            "Lock seed",
            key=LOCK_KEY,
            help="All panels use panel 1's seed, so that what differs is due to the settings.",
            persist_state="session",
        )
        if st.button(
            "Add a panel",
            key="add_panel",
            icon=":material/add:",
            help=f"With the last panel's settings; at most {MAXIMUM_PANELS} panels.",
            disabled=len(session.panels) >= MAXIMUM_PANELS,
        ):
            actions.add_panel()
            st.rerun()
        _draw_link(session)
        if session.previous is not None and st.button("Show the last run", key="previous"):
            actions.show_previous()
            st.rerun()
    status.caption(_estimate(session))


def _draw_generate(session: Session) -> None:
    # Its answer is used rather than a callback: when the page's server was started anew, it
    # does not know the callbacks of the page that is still open in the browser.
    pressed = st.button(
        "Generate",
        key=actions.GENERATE_KEY,
        type="primary",
        help="Wait for the panels to finish, or cancel them, before you start again."
        if session.busy
        else "Draw all panels.",
        disabled=session.busy,
    )
    if pressed and actions.GENERATE_KEY not in session.answered:
        actions.generate_all()
        st.rerun()


def _draw_link(session: Session) -> None:
    with st.popover("Link", icon=":material/link:", key="link"):
        try:
            query = generate_query(form.prompt(), form.read_all(session))
        except InvalidRequest as error:
            st.warning(f"These settings make no link yet. {error_text(error)}")
            return
        st.markdown("Whoever opens this address sees these panels. It draws nothing by itself.")
        if session.start is not None:
            query |= start_query(session)
            if START_FIELD not in query:
                st.caption("The start picture is on this page only until a picture is drawn of it.")
        base = str(st.context.url or "").partition("?")[0]
        with st.container(key="link_text"):
            st.code(f"{base}?{urllib.parse.urlencode(query)}", language=None, wrap_lines=True)


def _estimate(session: Session) -> str:
    """Return what a run of all panels will cost."""
    from_picture = session.start is not None
    panels = [each.as_drawn(from_picture=from_picture) for each in form.read_all(session)]
    pictures = sum(parameters.images for parameters in panels)
    count = "1 picture" if pictures == 1 else f"{pictures} pictures"
    if session.pace is None:
        return f"{count}. How long they take is shown here once a picture was drawn."
    return f"{count}, together about {about(session.pace.total(panels))} on this machine."
