"""What an open page Grid remembers between Streamlit's reruns, and its address."""

from dataclasses import dataclass, field

import streamlit as st

from inkcloud.playground.cells import address as cells_address
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.definition import Cell, CellsDefinition
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.grid.arrangement import Arrangement, arrangement_of
from inkcloud.playground.grid.thumbnails import thumbnail
from inkcloud.playground.kept_address import KeptAddress

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
        address: the page's.
    """

    work: CellWork | None = None
    first: CellsDefinition | None = None
    view: str = ""
    opened: int | None = None
    thumbnails: dict[int, str] = field(default_factory=dict)
    address: KeptAddress = field(default_factory=KeptAddress)

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
        if self.work is not None:
            self.address.put(self.query())

    def query(self) -> dict[str, str]:
        """Return what the address is to say; empty without a run."""
        query = self.work.run.to_query() if self.work else {}
        if self.view:
            query[_VIEW] = self.view
        if self.opened is not None:
            query[_OPENED] = str(self.opened)
        return query

    def turn_to(self, query: dict[str, str], clients: Clients) -> CellsDefinition | None:
        """Show what an address says, and return what the fields are to hold; None leaves them.

        A run is shown; `cells` without a run only fills the fields.

        Raises:
            InvalidRequest: if the address cannot be read.
        """
        run = CellRun.from_query(query)
        if run is None:
            if query.get(_CELLS):
                self.first = cells_address.decode(query[_CELLS])
                self.address.clear()
                return self.first
            self.work, self.opened, self.view = None, None, ""
            return None
        anew = self.work is None or self.work.run.id != run.id
        if anew:
            self.begin(run, clients)
            self.first = run.definition
        self.view, opened = query.get(_VIEW, ""), query.get(_OPENED, "")
        self.opened = (
            int(opened) if opened.isascii() and opened.isdecimal() and len(opened) < 4 else None
        )
        return run.definition if anew else None


def grid_session(clients: Clients) -> tuple[GridSession, CellsDefinition | None]:
    """Return the open page's session, and what its fields are to be filled with anew.

    The address decides when the page is opened, and when the person goes to another address.

    Raises:
        InvalidRequest: if the address cannot be read. The session is a fresh one from then on.
    """
    known: GridSession | None = st.session_state.get(_KEY)
    session = known or GridSession()
    query = session.address.gone_to() if known else st.query_params.to_dict()
    st.session_state[_KEY] = GridSession()  # in case that the address cannot be read
    fresh = None if query is None else session.turn_to(query, clients)
    st.session_state[_KEY] = session
    if known is None or query is None:
        return session, None
    if session.address.query == query:  # not emptied since
        session.address.adopt(session.query())
    if session.work is not None:
        # Not by `index`: the browser would take a later run's other index for a choice.
        definition = session.work.run.definition
        st.session_state[arrangement_key(session.work)] = session.arrangement.label(definition)
    return session, fresh


def arrangement_key(work: CellWork) -> str:
    """Return the key of the field for a run's arrangement."""
    return f"grid_arrangement_{work.run.id}"
