"""What one open page remembers between Streamlit's reruns."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.run import PANELS, Run, new_run_id

_KEY = "playground"


@dataclass
class Session:
    """The mutable state of one open page, beside its fields.

    Attributes:
        client: reaches the gateway.
        run: which generation each panel shows.
        drawings: for each panel what is known of it.
        restoring: panels whose fields are still to be filled from their generation.
        previous: the latest run, offered to a page that was opened afresh.
        facts: what the endpoint said of itself; None until it has answered.
    """

    client: InkcloudClient
    run: Run = field(default_factory=lambda: Run(new_run_id()))
    drawings: list[Drawing] = field(default_factory=lambda: [Drawing() for _ in range(PANELS)])
    restoring: set[int] = field(default_factory=set)
    previous: Run | None = None
    facts: dict[str, Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether any panel has more to come."""
        return any(drawing.active for drawing in self.drawings)

    def show(self, run: Run) -> None:
        """Turn to another run; its generations fill the fields as they are found."""
        self.run = run
        self.drawings = [Drawing(job=job) for job in run.jobs]
        self.restoring = {panel for panel, job in enumerate(run.jobs) if job is not None}
        self.previous = None

    def put(self, panel: int, drawing: Drawing) -> None:
        """Keep a panel's drawing, and its generation in the page's address."""
        self.drawings[panel] = drawing
        if drawing.job != self.run.jobs[panel]:
            self.run = self.run.with_job(panel, drawing.job)
        query = self.run.to_query()
        if st.query_params.to_dict() != query:
            st.query_params.from_dict(query)


def current_session() -> Session:
    """Return the open page's session.

    Raises:
        LookupError: before `keep` was called.
    """
    if not has_session():
        message = "This page has no session yet."
        raise LookupError(message)
    session: Session = st.session_state[_KEY]
    return session


def has_session() -> bool:
    """Say whether the page has run before."""
    return _KEY in st.session_state


def keep(session: Session) -> None:
    """Make a session the open page's."""
    st.session_state[_KEY] = session
