"""What a panel shows of its drawing: progress, the picture, or why there is none."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground import actions, form
from inkcloud.playground.drawing import Drawing, Phase
from inkcloud.playground.finished import draw_finished
from inkcloud.playground.follow import follow
from inkcloud.playground.frame import draw_unfinished, keep_shape
from inkcloud.playground.page_address import keep_settings
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.session import Session, current_session
from inkcloud.playground.start_picture import find_start
from inkcloud.playground.wording import error_text, failure_text, progress_fraction, progress_text

SECONDS_BETWEEN_LOOKS = 0.5
# Of all panels together: each look costs the browser and the page's server about as much of a
# processor as a small model's step, and people often run both where the model draws.
MOST_LOOKS_A_SECOND = 3
SECONDS_BETWEEN_TRIES = 2.0
_NOT_YET = "Nothing drawn yet. Press Generate to see what these settings give."


def draw_result(session: Session, panel: int) -> None:
    """Draw a panel's result; while there is more to come it looks again by itself."""
    pace = pace_of(session.drawings[panel], _active(session))
    st.fragment(_draw_latest, run_every=pace)(panel, pace)


def pace_of(drawing: Drawing, active: int = 1) -> float | None:
    """Return the seconds until the next look at the gateway; None if there is no need.

    Args:
        drawing: what is looked at.
        active: how many drawings are looked at meanwhile, each by a fragment of its own.
    """
    if not drawing.active:
        return None
    if drawing.trouble is not None:
        return SECONDS_BETWEEN_TRIES
    return max(SECONDS_BETWEEN_LOOKS, active / MOST_LOOKS_A_SECOND)


def _draw_latest(panel: int, pace: float | None) -> None:
    session = current_session()
    if panel >= len(session.drawings):
        st.rerun()  # it was taken away, by another run of the page's script
    drawing = follow(session.client, session.drawings[panel])
    session.put(panel, drawing)
    keep_settings(session)
    restored = panel in session.restoring and drawing.status is not None
    if restored or pace_of(drawing, _active(session)) != pace:
        # Only a run of the whole page can change the pace, the buttons and the fields.
        st.rerun()
    if drawing.trouble is not None:
        st.warning(
            f"{error_text(drawing.trouble)} Trying again by itself.",
            icon=":material/hourglass_top:",
        )
    if drawing.phase is Phase.SUCCEEDED:
        draw_finished(panel, drawing)
    else:
        _draw_unfinished(panel, drawing, _size(session, panel))


def _active(session: Session) -> int:
    return sum(drawing.active for drawing in session.drawings)


def _size(session: Session, panel: int) -> tuple[int, int] | None:
    """Return the size that a panel's picture will have, if it is known."""
    parameters = form.read(panel)
    native = session.native_size or (1, 1)
    if session.start is not None and parameters.width is None and parameters.height is None:
        return session.start.size
    width, height = parameters.width, parameters.height
    if (width is None) != (height is None) and session.native_size is None:
        return None
    return width or native[0], height or native[1]


def _draw_unfinished(panel: int, drawing: Drawing, size: tuple[int, int] | None) -> None:
    with st.container(key=form.key(panel, "status")):
        _draw_status(drawing)
    # The same containers as round a finished picture, so that nothing moves when it comes.
    with st.container(key=form.key(panel, "picture")):
        keep_shape(form.key(panel, "picture"), *(size or (1, 1)))
        draw_unfinished(drawing, size, _NOT_YET if drawing.phase is Phase.EMPTY else "")
    with st.container(key=form.key(panel, "after")):
        if not drawing.active:
            st.caption("The picture's file and its record will be here.")
        elif st.button(
            "Cancelling…" if drawing.cancelling else "Cancel",
            key=form.key(panel, "cancel"),
            disabled=drawing.cancelling,
            width="stretch",
        ):
            actions.cancel_one(panel)
            st.rerun()


def _draw_status(drawing: Drawing) -> None:
    match drawing.phase:
        case Phase.EMPTY:
            # The bar stands here from the start: its place is kept, and the browser has its code.
            st.progress(0.0, text="Ready.")
        case Phase.FAILED if drawing.error is not None:
            st.error(failure_text(drawing.error, "Generate"), icon=":material/warning:")
        case Phase.CANCELLED:
            st.info("Cancelled.", icon=":material/front_hand:")
        case _:
            st.progress(progress_fraction(drawing), text=progress_text(drawing))


def restore_fields(session: Session) -> None:
    """Fill the fields of panels whose generation was found; call before they are drawn."""
    for panel in sorted(session.restoring):
        drawing = session.drawings[panel]
        if drawing.status is None and drawing.active:
            continue
        session.restoring.discard(panel)
        if drawing.status is None:
            continue
        request = drawing.status.request
        find_start(session, drawing.status)
        try:
            form.restore(panel, str(request.get("prompt", "")), Parameters.from_request(request))
        except InkcloudError:
            # A newer gateway's request may hold what these fields cannot show.
            continue
