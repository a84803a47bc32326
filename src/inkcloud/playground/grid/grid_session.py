"""What an open page Grid remembers between Streamlit's reruns, and its address."""

from dataclasses import dataclass, field

import streamlit as st

from inkcloud.playground.cells import address
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import Cell, CellsDefinition
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.grid.arrangement import Arrangement, arrangement_of
from inkcloud.playground.grid.thumbnails import thumbnail

_KEY = "grid"
_VIEW, _OPENED, _CELLS = "view", "cell", "cells"


@dataclass
class GridSession:
    """The mutable state of one open page, beside its fields.

    Attributes:
        work: the run that is shown; None before the first.
        first: what the fields begin with; None for their own first values.
        view: the arrangement's code.
        opened: the index of the cell that is shown large; None without one.
        thumbnails: small pictures by the cell's index.
    """

    work: CellWork | None = None
    first: CellsDefinition | None = None
    view: str = ""
    opened: int | None = None
    thumbnails: dict[int, str] = field(default_factory=dict)

    @property
    def arrangement(self) -> Arrangement:
        """Which axis goes where in the run that is shown."""
        return arrangement_of(self.work.run.definition, self.view) if self.work else Arrangement()

    @property
    def opened_cell(self) -> Cell | None:
        """The cell that is shown large."""
        if self.work is None or self.opened is None or self.opened >= len(self.work.cells):
            return None
        return self.work.cells[self.opened]

    def begin(self, run: CellRun, clients: Clients) -> None:
        """Show another run."""
        self.work = CellWork(run, clients)
        self.opened, self.view = None, ""
        self.thumbnails.clear()

    def thumbnail(self, cell: Cell) -> str:
        """Return a cell's small picture as an address; "" before it is there."""
        if self.work is None:
            return ""
        picture = self.work.picture(cell)
        if picture is not None and cell.index not in self.thumbnails:
            self.thumbnails[cell.index] = thumbnail(picture)
        return self.thumbnails.get(cell.index, "")

    def put_address(self) -> None:
        """Let the page's address say what is shown, so that a reload shows it again."""
        if self.work is None:
            return
        query = self.work.run.to_query()
        if self.view:
            query[_VIEW] = self.view
        if self.opened is not None:
            query[_OPENED] = str(self.opened)
        if st.query_params.to_dict() != query:
            st.query_params.from_dict(query)


def grid_session(clients: Clients) -> tuple[GridSession, CellsDefinition | None]:
    """Return the open page's session, and what its fields are to be filled with anew.

    The address decides: a run in it is shown, and `cells` without a run only fills the fields.

    Raises:
        InvalidRequest: if the address cannot be read. The session is a fresh one then.
    """
    query = st.query_params.to_dict()
    known: GridSession | None = st.session_state.get(_KEY)
    session = known or GridSession()
    st.session_state[_KEY] = session
    run = CellRun.from_query(query)
    if run is None:
        definition = address.decode(query[_CELLS]) if query.get(_CELLS) else None
        if definition is None:
            return session, None
        st.query_params.clear()
        session.first = definition
        return session, definition if known else None
    if session.work is not None and session.work.run.id == run.id:
        return session, None
    session.begin(run, clients)
    session.first = run.definition
    session.view = query.get(_VIEW, "")
    opened = query.get(_OPENED, "")
    session.opened = (
        int(opened) if opened.isascii() and opened.isdecimal() and len(opened) < 4 else None
    )
    return session, run.definition if known else None
