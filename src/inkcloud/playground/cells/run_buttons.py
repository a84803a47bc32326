"""The buttons that begin, stop and go on with a run of cells."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.estimate import Clients


class RunSession(Protocol):
    """What a page with a run of cells remembers."""

    @property
    def work(self) -> CellWork | None:
        """The run that is shown; None before the first."""

    def begin(self, run: CellRun, clients: Clients) -> None:
        """Begin a run in place of the one that is shown."""

    def put_address(self) -> None:
        """Let the page's address say what is shown."""


@dataclass(frozen=True)
class RunButtons:
    """How a page calls them.

    Attributes:
        start: the words on the first button.
        start_key: its key.
        stop_key: the key of "Stop".
        go_on_key: the key of "Draw what is missing".
        noun: what a run is called, such as "grid".
    """

    start: str
    start_key: str
    stop_key: str
    go_on_key: str
    noun: str

    def draw(
        self, session: RunSession, new_run: Callable[[], CellRun] | None, clients: Clients
    ) -> None:
        """Draw those that can be pressed now, and do what a press says.

        Args:
            session: the page's.
            new_run: returns the run that a press begins; None if the fields hold none.
            clients: returns the client of an endpoint.
        """
        # Their answers are used rather than callbacks: see `generate_page`.
        work = session.work
        busy = work is not None and work.active
        waits = f"Stop the {self.noun} that is running before you begin another."
        if (
            st.button(
                self.start,
                key=self.start_key,
                type="primary",
                disabled=busy or new_run is None,
                help=waits if busy else None,
            )
            and new_run is not None
        ):
            session.begin(new_run(), clients)
            _show_again(session)
        if work is None:
            return
        if busy and st.button("Stop", key=self.stop_key, icon=":material/stop:"):
            work.stop()
            _show_again(session)
        unfinished = not busy and work.done < len(work.cells)
        if unfinished and st.button("Draw what is missing", key=self.go_on_key):
            work.go_on()
            _show_again(session)


def _show_again(session: RunSession) -> None:
    session.put_address()
    st.rerun()
