"""What an open page Schedulers remembers between Streamlit's reruns, and its address."""

from dataclasses import dataclass, field

import streamlit as st

from inkcloud.playground.cells import address as cells_address
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.kept_address import KeptAddress
from inkcloud.playground.schedulers.compare import compare
from inkcloud.playground.schedulers.experiment import Experiment
from inkcloud.playground.schedulers.measurement import Measurement

KIND = "schedulers"
_KEY = "schedulers"
_CELLS = "cells"


@dataclass
class SchedulersSession:
    """The mutable state of one open page, beside its fields.

    Attributes:
        work: the run that is shown; None before the first.
        first: what the fields begin with; None for their own first values.
        measurement: what the run measured, once all of it is drawn.
        imported: a measurement from a file, shown in place of the run.
        address: the page's.
    """

    work: CellWork | None = None
    first: Experiment | None = None
    measurement: Measurement | None = None
    imported: Measurement | None = None
    address: KeptAddress = field(default_factory=KeptAddress)

    def begin(self, run: CellRun, clients: Clients) -> None:
        """Show another run; its cells are drawn one at a time, so that each time is its own."""
        self.work = CellWork(run, clients, at_once=1)
        self.measurement = self.imported = None

    def measured(self) -> Measurement | None:
        """Return what the run measured; None before all of it is drawn."""
        work = self.work
        if self.measurement is not None or work is None:
            return self.measurement
        pictures, statuses = {}, {}
        for cell in work.cells:
            picture, status = work.picture(cell), work.status(cell)
            if picture is None or status is None or status.seconds is None:
                return None
            pictures[cell.index], statuses[cell.index] = picture, status
        first, *_ = statuses.values()
        self.measurement = compare(
            Experiment.of(work.run.definition),
            lambda cell: pictures[cell.index],
            lambda cell: statuses[cell.index].seconds or 0.0,
            model=str(first.images[0].record.get("checkpoint", "unknown")),
            measured=max(status.created for status in statuses.values()).date().isoformat(),
        )
        return self.measurement

    def put_address(self) -> None:
        """Let the page's address say what is shown, so that a reload shows it again."""
        self.address.put(self.query())

    def query(self) -> dict[str, str]:
        """Return what the address is to say; empty without a run."""
        return self.work.run.to_query() if self.work else {}

    def turn_to(self, query: dict[str, str], clients: Clients) -> Experiment | None:
        """Show what an address says, and return what the fields are to hold; None leaves them.

        A run is shown; `cells` without a run only fills the fields.

        Raises:
            InvalidRequest: if the address cannot be read.
        """
        run = CellRun.from_query(query, KIND)
        if run is None:
            if query.get(_CELLS):
                self.first = Experiment.of(cells_address.decode(query[_CELLS]))
                self.address.clear()
                return self.first
            self.work = self.measurement = None
            return None
        experiment = Experiment.of(run.definition)
        if self.work is not None and self.work.run.id == run.id:
            return None
        self.begin(run, clients)
        self.first = experiment
        return experiment


def schedulers_session(clients: Clients) -> tuple[SchedulersSession, Experiment | None]:
    """Return the open page's session, and what its fields are to be filled with anew.

    The address decides when the page is opened, and when the person goes to another address.

    Raises:
        InvalidRequest: if the address cannot be read. The session is a fresh one from then on.
    """
    known: SchedulersSession | None = st.session_state.get(_KEY)
    session = known or SchedulersSession()
    query = session.address.gone_to() if known else st.query_params.to_dict()
    st.session_state[_KEY] = SchedulersSession()  # in case that the address cannot be read
    fresh = None if query is None else session.turn_to(query, clients)
    st.session_state[_KEY] = session
    if known is None or query is None:
        return session, None
    if session.address.query == query:  # not emptied since
        session.address.adopt(session.query())
    return session, fresh
