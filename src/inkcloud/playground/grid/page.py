"""The page Grid."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.cells.endpoints import drawing_endpoints
from inkcloud.playground.cells.estimate import Clients, Estimate, cost_text
from inkcloud.playground.grid import form
from inkcloud.playground.grid.grid_session import GridSession, grid_session
from inkcloud.playground.grid.opened import draw_opened
from inkcloud.playground.grid.result import draw_result
from inkcloud.playground.wording import error_text


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
        st.query_params.clear()
        session, fresh = GridSession(), None
    if fresh is not None:
        form.fill(fresh)
    definition = form.draw_form(session.first, drawing_endpoints(clients("")))
    if definition is not None:
        with st.container(key="grid_cost"):
            st.caption(cost_text(definition, Estimate.of(definition.cells(), clients)))
    with st.container(horizontal=True):
        _draw_buttons(session, definition, clients)
    session.put_address()
    if session.work is None:
        st.info(
            "The table appears here once you press **Draw the grid**.", icon=":material/grid_on:"
        )
        return
    draw_result(session, clients)
    draw_opened(session)


def _draw_buttons(
    session: GridSession, definition: CellsDefinition | None, clients: Clients
) -> None:
    # Their answers are used rather than callbacks: see `generate_page`.
    work = session.work
    busy = work is not None and work.active
    if st.button(
        "Draw the grid",
        key="grid_draw",
        type="primary",
        disabled=busy or definition is None,
        help="Stop the grid that is being drawn before you begin another." if busy else None,
    ) and (definition is not None):
        session.begin(CellRun.new(definition), clients)
        session.put_address()
        st.rerun()
    if work is None:
        return
    if busy and st.button("Stop", key="grid_stop", icon=":material/stop:"):
        work.stop()
        session.put_address()
        st.rerun()
    unfinished = not busy and work.done < len(work.cells)
    if unfinished and st.button("Draw what is missing", key="grid_go_on"):
        work.go_on()
        session.put_address()
        st.rerun()
