"""The run that is shown: progress in words, the table, and the exports."""

from typing import Any

import streamlit as st

from inkcloud.domain.job import JobState
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import Cell
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.cells.looking import draw_progress, pace_of
from inkcloud.playground.grid.arrangement import arrangements, cell_label
from inkcloud.playground.grid.cells_table import cells_table
from inkcloud.playground.grid.drawn_cell import DrawnCell
from inkcloud.playground.grid.export_page import grid_html
from inkcloud.playground.grid.export_picture import grid_picture
from inkcloud.playground.grid.grid_session import GridSession, arrangement_key


def draw_result(session: GridSession, clients: Clients) -> None:
    """Draw the run; while there is more to come it looks again by itself."""
    work = session.work
    if work is None:
        return
    st.header("The grid")
    _draw_arrangement(session, work)
    pace = pace_of(work)
    st.fragment(_draw_latest, run_every=pace)(session, work, clients, pace)
    _draw_exports(session, work)


def cell_text(work: CellWork, cell: Cell) -> str:
    """Return what stands in place of a picture that is not there."""
    if work.error(cell) is not None:
        return "Failed"
    status = work.status(cell)
    if status is None:
        return "In line" if work.active and not work.stopped else "Not drawn"
    match status.state:
        case JobState.QUEUED:
            return "Waiting"
        case JobState.CANCELLED:
            return "Stopped"
        case JobState.SUCCEEDED:
            return "Fetching"
        case _:
            progress = status.progress
            return f"Step {progress.done} of {progress.total}" if progress else "Starting"


def _draw_arrangement(session: GridSession, work: CellWork) -> None:
    definition = work.run.definition
    offered = arrangements(definition)
    if len(offered) < 2:
        return
    labels = [each.label(definition) for each in offered]
    chosen = st.selectbox(
        "Arrangement of the axes",
        labels,
        offered.index(session.arrangement),
        key=arrangement_key(work),
        help="Another arrangement of the same pictures; nothing is drawn again.",
    )
    view = offered[labels.index(chosen)].code() if chosen in labels else ""
    if view != session.arrangement.code():
        session.view = view
        session.put_address()


def _draw_latest(
    session: GridSession, work: CellWork, clients: Clients, pace: float | None
) -> None:
    work.look()
    session.put_address()
    if pace_of(work) != pace:
        # Only a run of the whole page can change the pace and the buttons.
        st.rerun()
    with st.container(key="grid_result"):
        draw_progress(work, clients)
    _draw_tabs(session, work)


def _draw_tabs(session: GridSession, work: CellWork) -> None:
    arrangement, definition = session.arrangement, work.run.definition
    titles = arrangement.tab_labels(definition)
    if not titles:
        _draw_table(session, work, 0)
        return
    # Streamlit tells tabs apart by their names, and long ones do not fit.
    names = [f"{i + 1}. {title[:40]}" for i, title in enumerate(titles)]
    opened = session.opened_cell
    default = names[arrangement.tab_of(opened)] if opened else None
    key = f"grid_tabs_{work.run.id}_{arrangement.code()}"
    for index, tab in enumerate(st.tabs(names, key=key, default=default, on_change="rerun")):
        if tab.open:
            with tab:
                _draw_table(session, work, index)


def _draw_table(session: GridSession, work: CellWork, tab: int) -> None:
    arrangement, definition = session.arrangement, work.run.definition
    table = arrangement.table(definition, tab)
    titles = arrangement.tab_labels(definition)
    caption = f"{definition.prompt} ({titles[tab]})" if titles else definition.prompt
    data = {
        "caption": caption,
        "columns": list(table.columns),
        "rows": [
            {"name": name, "cells": [_shown(session, work, cell) for cell in cells]}
            for name, cells in zip(table.rows, table.cells, strict=True)
        ],
    }
    key = f"grid_table_{work.run.id}_{arrangement.code()}_{tab}"
    result = cells_table()(data=data, key=key, on_opened_change=_nothing)
    opened = getattr(result, "opened", None)
    if isinstance(opened, int) and 0 <= opened < len(work.cells):
        session.opened = None if opened == session.opened else opened
        session.put_address()
        st.rerun()


def _shown(session: GridSession, work: CellWork, cell: Cell) -> dict[str, Any]:
    picture, label = session.thumbnail(cell), cell_label(work.run.definition, cell)
    text = "" if picture else cell_text(work, cell)
    return {
        "index": cell.index,
        "picture": picture,
        "text": text,
        "label": f"{label or 'The picture'}: {text or 'drawn'}",
        "state": "drawn" if picture else "open",
        "opened": cell.index == session.opened,
    }


def _draw_exports(session: GridSession, work: CellWork) -> None:
    if not work.done:
        return
    definition, arrangement = work.run.definition, session.arrangement
    with st.container(horizontal=True):
        st.download_button(
            "Download as one picture",
            lambda: grid_picture(definition, arrangement, work.picture),
            file_name="inkcloud-grid.png",
            mime="image/png",
            key="grid_export_picture",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Download as a web page",
            lambda: grid_html(
                definition, arrangement, lambda cell: DrawnCell.of(work, cell)
            ).encode(),
            file_name="inkcloud-grid.html",
            mime="text/html",
            key="grid_export_html",
            on_click="ignore",
            icon=":material/download:",
        )


def _nothing() -> None:
    """Streamlit tells a component's triggers only to pages that have a function for them."""
