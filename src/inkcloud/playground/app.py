"""The page: `streamlit run src/inkcloud/playground/app.py`."""

import os
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground import actions, fields, form
from inkcloud.playground.connection import Connection, only_for_this_machine
from inkcloud.playground.endpoint_notice import draw_endpoint_notice
from inkcloud.playground.frame import draw_style
from inkcloud.playground.opening import open_session
from inkcloud.playground.panel import draw_panel
from inkcloud.playground.presets import DEFAULT_PROMPT
from inkcloud.playground.result import draw_result, restore_fields
from inkcloud.playground.run import PANELS
from inkcloud.playground.session import Session, current_session, has_session, keep
from inkcloud.playground.wording import error_text


def _draw_page(session: Session) -> None:
    restore_fields(session)
    draw_style()
    buttons = _draw_head(session)
    results = []
    for panel, column in enumerate(st.columns(PANELS)):
        with column:
            results.append(draw_panel(session, panel))
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


def show(settings: Mapping[str, str], *, personal: bool) -> None:
    """Draw the page against the endpoint that the settings name.

    Args:
        settings: `INKCLOUD_URL` and the other names that `Connection.from_settings` reads.
        personal: whether to open the runs of others who use the same endpoint and token.
    """
    st.set_page_config(page_title="Inkcloud playground", page_icon="🐙", layout="wide")
    if not has_session():
        try:
            keep(open_session(Connection.from_settings(settings, personal=personal)))
        except InkcloudError as error:
            st.error(error_text(error))
            return
    _draw_page(current_session())


def main() -> None:
    """Draw the page against the endpoint that the environment names."""
    show(os.environ, personal=only_for_this_machine(st.get_option("server.address")))


if __name__ == "__main__":
    main()
