"""The cell that is shown large, with its parameters."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.finished import file_name, png_size
from inkcloud.playground.grid.arrangement import cell_label
from inkcloud.playground.grid.drawn_cell import DrawnCell
from inkcloud.playground.grid.grid_session import GridSession
from inkcloud.playground.link import generate_query
from inkcloud.playground.pages import page_at
from inkcloud.playground.wording import error_text, escaped

_SMALL = 384


def draw_opened(session: GridSession) -> None:
    """Draw the opened cell, or how to open one."""
    work, cell = session.work, session.opened_cell
    if work is None:
        return
    if cell is None:
        st.caption("Press a picture in the table to see it large with its parameters.")
        return
    drawn = DrawnCell.of(work, cell)
    label = cell_label(work.run.definition, cell) or "The picture"
    with st.container(border=True, key="grid_opened"):
        st.subheader(escaped(label))
        left, right = st.columns([3, 2])
        with left:
            _draw_picture(drawn, work.error(cell))
        with right:
            st.markdown(
                "\n".join(f"- **{name}:** {escaped(text)}" for name, text in drawn.facts().items())
            )
            _draw_actions(session, drawn)


def _draw_picture(drawn: DrawnCell, error: InkcloudError | None) -> None:
    if drawn.picture is not None:
        # A small picture is not blown up to the width of the page.
        width = "stretch" if png_size(drawn.picture)[0] >= _SMALL else _SMALL
        st.image(drawn.picture, width=width, alt=drawn.cell.prompt)
    elif error is not None:
        st.error(error_text(error), icon=":material/warning:")
    else:
        st.info("This picture is not drawn yet.")


def _draw_actions(session: GridSession, drawn: DrawnCell) -> None:
    if drawn.cell.endpoint:
        st.caption("The playground draws with its own endpoint's model.")
    with st.container(horizontal=True):
        if st.button("Open in the playground", key="grid_open_playground", icon=":material/brush:"):
            query = generate_query(drawn.cell.prompt, [drawn.cell.parameters])
            st.switch_page(page_at(""), query_params=query)
        if drawn.picture is not None:
            st.download_button(
                "Download PNG",
                drawn.picture,
                file_name=file_name(drawn.record),
                mime="image/png",
                key="grid_download",
                on_click="ignore",
                icon=":material/download:",
            )
        if st.button("Close", key="grid_close"):
            session.opened = None
            session.put_address()
            st.rerun()
