"""The page Schedulers."""

from functools import partial

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.estimate import Clients, Estimate, cost_text
from inkcloud.playground.cells.looking import draw_progress, pace_of
from inkcloud.playground.cells.run_buttons import RunButtons
from inkcloud.playground.cells.unread import draw_unread
from inkcloud.playground.schedulers import form
from inkcloud.playground.schedulers.measurement import MOST_BYTES, Measurement
from inkcloud.playground.schedulers.results import draw_results
from inkcloud.playground.schedulers.schedulers_session import (
    KIND,
    SchedulersSession,
    schedulers_session,
)
from inkcloud.playground.wording import error_text

# A picture of the built-in model may take less than the usual half second between looks.
_QUICK_LOOKS = 0.2
_BUTTONS = RunButtons(
    "Run the experiment", "schedulers_run", "schedulers_stop", "schedulers_go_on", "experiment"
)


def draw_schedulers_page(clients: Clients) -> None:
    """Draw the page.

    Args:
        clients: returns the client of an endpoint; "" is the page's own.
    """
    st.title("Schedulers")
    st.markdown(
        "How many steps does each scheduler need, and how long does that take on this machine? "
        "The experiment draws the same picture with every scheduler at several step counts, and "
        "compares each with the picture at very many steps."
    )
    try:
        session, fresh = schedulers_session(clients)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        session, fresh = schedulers_session(clients)
        session.address.clear()
    if fresh is not None:
        form.fill(fresh)
    experiment = form.draw_form(session.first)
    if experiment is not None:
        definition = experiment.definition()
        st.caption(cost_text(definition, Estimate.of(definition.cells(), clients)))
        draw_unread(definition, clients)
    with st.container(horizontal=True):
        run = None if experiment is None else partial(CellRun.new, experiment.definition(), KIND)
        _BUTTONS.draw(session, run, clients)
    _draw_import(session)
    session.put_address()
    _draw_what_there_is(session, clients)


def _draw_what_there_is(session: SchedulersSession, clients: Clients) -> None:
    imported = session.imported
    if imported is not None:
        st.info("This is a comparison from a file, perhaps measured on another machine.")
        if st.button("Close the file", key="schedulers_close_file"):
            session.imported = None
            st.rerun()
        draw_results(imported)
        return
    if session.work is None:
        st.info(
            "The curves appear here once you press **Run the experiment**.",
            icon=":material/show_chart:",
        )
        return
    pace = pace_of(session.work, _QUICK_LOOKS)
    st.fragment(_draw_latest, run_every=pace)(session, session.work, clients, pace)
    measurement = session.measured()
    if measurement is not None:
        draw_results(measurement)


def _draw_latest(
    session: SchedulersSession, work: CellWork, clients: Clients, pace: float | None
) -> None:
    work.look()
    session.put_address()
    if pace_of(work, _QUICK_LOOKS) != pace:
        # Only a run of the whole page can change the pace, the buttons and the results.
        st.rerun()
    draw_progress(work, clients)


def _draw_import(session: SchedulersSession) -> None:
    with st.expander("Open a saved comparison"):
        uploaded = st.file_uploader(
            "A JSON file of this page",
            type="json",
            key="schedulers_file",
            max_upload_size=max(1, MOST_BYTES // 1_000_000),
        )
        if uploaded is None:
            return
        if st.button("Show it", key="schedulers_show_file"):
            try:
                session.imported = Measurement.from_json(uploaded.getvalue())
            except InkcloudError as error:
                st.error(error_text(error), icon=":material/warning:")
