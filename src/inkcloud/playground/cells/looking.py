"""What a page shows of a run while it looks at it: progress in words, and what is wrong."""

import streamlit as st

from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.cells.estimate import Clients, Estimate
from inkcloud.playground.wording import error_text, time_left

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_TRIES = 2.0


def pace_of(work: CellWork, seconds: float = SECONDS_BETWEEN_LOOKS) -> float | None:
    """Return the seconds until the next look; None if there is no need.

    Args:
        work: the run.
        seconds: what is usual while all is well.
    """
    if not work.active:
        return None
    return seconds if work.trouble is None else SECONDS_BETWEEN_TRIES


def progress_text(work: CellWork, noun: str = "cells") -> str:
    """Return how far a run has come.

    Args:
        work: the run.
        noun: what the page calls its cells.
    """
    total = len(work.cells)
    text = f"{work.done} of {total} {noun} are drawn"
    if work.failed:
        text += f", {work.failed} failed"
    if work.active:
        return f"{text}; stopping…" if work.stopped else f"{text}."
    if work.stopped and work.done < total:
        return f"Stopped. {text}; what is drawn stays."
    return f"{text}."


def seconds_left(work: CellWork, clients: Clients) -> float | None:
    """Return about how long the rest of a run takes, in seconds; None if nobody knows."""
    if not work.active or work.stopped:
        return None
    rest = [cell for cell in work.cells if work.picture(cell) is None and not work.error(cell)]
    estimate = Estimate.of(rest, clients)
    return estimate.seconds if estimate and rest else None


def draw_progress(work: CellWork, clients: Clients, noun: str = "cells") -> None:
    """Draw the progress of a run after a look, and what keeps it from going on."""
    if work.trouble is not None:
        st.warning(
            f"{error_text(work.trouble)} Trying again by itself.", icon=":material/hourglass_top:"
        )
    if work.halted is not None:
        st.error(error_text(work.halted), icon=":material/warning:")
    if work.lost:
        st.info(
            "The gateway keeps generations for a day, and this run is older. "
            "**Draw what is missing** draws the same pictures again.",
            icon=":material/history:",
        )
    failed = next((error for cell in work.cells if (error := work.error(cell))), None)
    if failed is not None:
        st.error(error_text(failed), icon=":material/warning:")
    left = time_left(seconds_left(work, clients)).capitalize()
    text = " ".join((progress_text(work, noun), f"{left}." if left else "")).strip()
    st.progress(work.done / len(work.cells), text=text)
    if work.in_line:
        st.caption(
            f"{work.in_line} of the {noun} are not sent yet: they wait while no tab shows this "
            "page. Whoever opens its address lets it go on."
        )
