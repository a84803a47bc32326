"""How a service says how far it is, without knowing who listens."""

from collections.abc import Callable
from contextvars import ContextVar

Report = Callable[[int, int], None]

REPORT: ContextVar[Report | None] = ContextVar("inkcloud_progress", default=None)
"""Where the present request's progress goes; the server round a service sets it."""


def progress(done: int, total: int) -> None:
    """Say that `done` of `total` parts of the present request are finished.

    A streamed request gets it as an event; elsewhere it goes nowhere. It is also where
    work in a thread learns that it can stop.

    Raises:
        Cancelled: if the client who asked has gone.
    """
    report = REPORT.get()
    if report is not None:
        report(done, total)
