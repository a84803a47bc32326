"""The part of the page Generate that takes the picture which all panels begin as."""

import streamlit as st

from inkcloud.client import GenerationStatus
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.job import JobState
from inkcloud.playground import fields
from inkcloud.playground.follow import PASSING
from inkcloud.playground.link import START_FIELD
from inkcloud.playground.parameters import LIMITS
from inkcloud.playground.picture_file import StartPicture
from inkcloud.playground.session import Session
from inkcloud.playground.wording import error_text, pixels_text

UPLOAD_KEY = "start_file"
REMOVE_KEY = "start_remove"
_NOT_HERE = "The picture that this run began as is not here. Choose its file to go on from it."


def draw_start(session: Session) -> None:
    """Draw the place for the file, and the picture if there is one; call it before the panels."""
    _fetch(session)
    with st.expander(fields.START_PICTURE.label):
        _draw_file(session)
    # Below it, not in it: an expander that was drawn closed is not opened by what is found later.
    with st.container(key="start_picture"):
        if session.start_error is not None:
            st.warning(error_text(session.start_error), icon=":material/image:")
        if session.start is not None:
            _draw_picture(session, session.start)


def find_start(session: Session, status: GenerationStatus) -> None:
    """Have the start picture of a generation fetched, if the page has none."""
    if session.start is not None or not status.request.get("image"):
        return
    if status.state is JobState.SUCCEEDED:
        session.start_id = history_id(status.id)
    else:
        session.start_error = InkcloudError(_NOT_HERE)


def start_of(status: GenerationStatus) -> str:
    """Return the SHA-256 of what a generation begins as; "" if that is noise alone."""
    named = status.request.get("image")
    return str(named.get("sha256", "")) if isinstance(named, dict) else ""


def start_query(session: Session) -> dict[str, str]:
    """Return the part of a link by which the start picture is found again; empty without one."""
    start = session.start
    if start is None:
        return {}
    statuses = [drawing.status for drawing in session.drawings if drawing.status]
    kept = [
        history_id(status.id)
        for status in statuses
        if status.state is JobState.SUCCEEDED and start_of(status) == start.sha256
    ]
    source = start.source or next(iter(kept), "")
    return {START_FIELD: source} if source else {}


def history_id(generation: str) -> str:
    """Return the history's name of a generation's first picture."""
    return f"{generation}-0"


def _fetch(session: Session) -> None:
    if not session.start_id:
        return
    try:
        data = session.client.history_start_image(session.start_id)
        session.start = StartPicture.of(data, session.start_id)
        session.start_error = None
    except PASSING as error:
        session.start_error = error
        return  # asked again when the page is drawn next
    except InkcloudError as error:
        session.start_error = error
    session.start_id = ""


def _draw_file(session: Session) -> None:
    file = st.file_uploader(
        "A PNG, JPEG or WebP file",
        type=["png", "jpg", "jpeg", "webp"],
        key=UPLOAD_KEY,
        max_upload_size=LIMITS.image_bytes // 2**20,
        help=fields.START_PICTURE.help,
    )
    name = "" if file is None else file.file_id
    if name == session.start_file:
        return
    session.start_file, session.start, session.start_error = name, None, None
    if file is None:
        return
    try:
        session.start = StartPicture.of(file.getvalue())
    except InkcloudError as error:
        session.start_error = error


def _draw_picture(session: Session, start: StartPicture) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.image(start.data, width=160, alt="The picture that all panels begin as")
        st.caption(
            f"All panels begin as this picture of {pixels_text(*start.size)}, each with its own "
            "strength.",
            width="content",
        )
        if st.button("Begin as noise again", key=REMOVE_KEY, icon=":material/close:"):
            session.start = None
            st.rerun()
