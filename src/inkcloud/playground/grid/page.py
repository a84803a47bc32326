"""The page Grid."""

from functools import partial

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.endpoints import drawing_endpoints
from inkcloud.playground.cells.estimate import Clients, Estimate, cost_text
from inkcloud.playground.cells.run_buttons import RunButtons
from inkcloud.playground.cells.unread import draw_unread
from inkcloud.playground.grid import form
from inkcloud.playground.grid.grid_session import grid_session
from inkcloud.playground.grid.opened import draw_opened
from inkcloud.playground.grid.result import draw_result
from inkcloud.playground.wording import error_text

_BUTTONS = RunButtons("Draw the grid", "grid_draw", "grid_stop", "grid_go_on", "grid")


def draw_grid_page(clients: Clients) -> None:
    """Draw the page.

    Args:
        clients: returns the client of an endpoint; "" is the page's own.
    """
    st.title("Grid")
    st.markdown(
        "Draw one prompt with many settings at once, and see in one table what each setting "
        "does. Choose what changes across, down and from tab to tab."
    )
    try:
        session, fresh = grid_session(clients)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        session, fresh = grid_session(clients)
        session.address.clear()
    if fresh is not None:
        form.fill(fresh)
    definition = form.draw_form(session.first, drawing_endpoints(clients("")))
    if definition is not None:
        with st.container(key="grid_cost"):
            st.caption(cost_text(definition, Estimate.of(definition.cells(), clients)))
        draw_unread(definition, clients)
    with st.container(horizontal=True):
        run = None if definition is None else partial(CellRun.new, definition)
        _BUTTONS.draw(session, run, clients)
    session.put_address()
    if session.work is None:
        st.info(
            "The table appears here once you press **Draw the grid**.", icon=":material/grid_on:"
        )
        return
    draw_result(session, clients)
    draw_opened(session)
