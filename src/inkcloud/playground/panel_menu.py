"""The menu of a panel: what can be done with it beside drawing."""

from functools import partial

import streamlit as st

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground import actions, form
from inkcloud.playground.session import Session
from inkcloud.playground.wording import error_text


def draw_menu(session: Session, panel: int) -> None:
    """Draw the menu's button, and do what is chosen."""
    choices = _choices(session, panel)
    chosen = st.menu_button(
        "Change",
        list(choices),
        key=form.key(panel, "menu"),
        help="Wait for the panels to finish, or cancel them."
        if session.busy
        else f"Swap, copy or remove panel {panel + 1}, or turn its seed into another.",
        disabled=session.busy,
    )
    if chosen is None:
        return
    try:
        choices[chosen]()
    except InvalidRequest as error:
        st.error(error_text(error))
        return
    st.rerun()


def _choices(session: Session, panel: int) -> dict[str, partial[None]]:
    others = [other for other in session.panels if other != panel]
    found = {
        f"Swap with panel {other + 1}": partial(actions.swap, panel, other) for other in others
    }
    found |= {
        f"Copy settings to panel {other + 1}": partial(actions.copy_settings, panel, other)
        for other in others
    }
    if len(others) > 1:
        found["Copy settings to all panels"] = partial(actions.copy_settings, panel, *others)
    found["Five panels from this seed to another"] = partial(actions.show_the_way, panel)
    if others:
        found[f"Remove panel {panel + 1}"] = partial(actions.remove_panel, panel)
    return found
