"""What an open page Schedulers remembers between Streamlit's reruns, and its address."""

from dataclasses import dataclass

import streamlit as st

from inkcloud.playground.cells import address
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.estimate import Clients
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
    """

    work: CellWork | None = None
    first: Experiment | None = None
    measurement: Measurement | None = None
    imported: Measurement | None = None

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
        query = self.work.run.to_query() if self.work else {}
        if st.query_params.to_dict() != query:
            st.query_params.from_dict(query)


def schedulers_session(clients: Clients) -> tuple[SchedulersSession, Experiment | None]:
    """Return the open page's session, and what its fields are to be filled with anew.

    The address decides: a run in it is shown, and `cells` without a run only fills the fields.

    Raises:
        InvalidRequest: if the address cannot be read.
    """
    query = st.query_params.to_dict()
    known: SchedulersSession | None = st.session_state.get(_KEY)
    session = known or SchedulersSession()
    st.session_state[_KEY] = session
    run = CellRun.from_query(query, KIND)
    if run is not None:
        experiment = Experiment.of(run.definition)
        if session.work is not None and session.work.run.id == run.id:
            return session, None
        session.begin(run, clients)
    elif query.get(_CELLS):
        experiment = Experiment.of(address.decode(query[_CELLS]))
        st.query_params.clear()
    else:
        return session, None
    session.first = experiment
    return session, experiment if known else None
