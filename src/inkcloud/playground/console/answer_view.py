"""A job's state while it is worked on, then its answer."""

from contextlib import suppress
from typing import Any

import streamlit as st

from inkcloud.client import InkcloudClient, ServedJob
from inkcloud.domain.errors import InkcloudError, Overloaded, Unavailable
from inkcloud.playground.console.answer import Seen, look_through
from inkcloud.playground.console.states import state_text
from inkcloud.playground.wording import error_text

SECONDS_BETWEEN_LOOKS = 0.7
_KEY = "console_answer"
_PASSING = (Unavailable, Overloaded)
_SUFFIXES = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}


def draw_answer(client: InkcloudClient, endpoint: str, job: str) -> None:
    """Draw a job's answer; until it is there, look again and again."""
    done = _kept(job) is not None
    with st.container(key="answer", border=True):
        st.fragment(_draw_latest, run_every=None if done else SECONDS_BETWEEN_LOOKS)(
            client, endpoint, job
        )


def _draw_latest(client: InkcloudClient, endpoint: str, job: str) -> None:
    kept = _kept(job)
    if kept is not None:
        _draw_end(kept)
        return
    try:
        state = client.job(job)
        if state.completed:
            _keep(job, look_through(client.job_response(job)))
    except InkcloudError as error:
        if _gateway_is_away(client, error):
            st.warning(f"{error_text(error)} This page keeps trying.", icon=":material/power_off:")
            return
        _keep(job, error)
    if _kept(job) is not None:
        st.rerun()  # the whole page: this fragment need not look again
    _draw_progress(client, endpoint, state)


def _draw_progress(client: InkcloudClient, endpoint: str, state: ServedJob) -> None:
    if state.status == "running":
        st.markdown(":material/hourglass_top: The service is at work…")
    else:
        st.markdown(":material/hourglass_empty: Waiting for a replica…")
        with suppress(InkcloudError):
            st.caption(state_text(client.get_endpoint(endpoint).state).sentence)
    if st.button("Cancel", key="try_cancel"):
        try:
            client.cancel_job(state.id)
        except InkcloudError as error:
            st.warning(error_text(error))


def _draw_end(end: Seen | InkcloudError) -> None:
    if isinstance(end, InkcloudError):
        st.error(error_text(end), icon=":material/warning:")
        return
    st.markdown("**Answer**")
    for number, picture in enumerate(end.pictures, start=1):
        st.image(picture.content, alt=f"Picture {number} of the answer")
        st.download_button(
            f"Download picture {number}",
            picture.content,
            file_name=f"picture-{number}.{_SUFFIXES[picture.kind]}",
            on_click="ignore",
            key=f"answer_picture_{number}",
            icon=":material/download:",
        )
    _draw_value(end.value)


def _draw_value(value: Any) -> None:  # noqa: ANN401
    if isinstance(value, dict | list):
        st.json(value, expanded=2)
    elif value is not None:
        st.code(str(value), language=None, wrap_lines=True)


def _gateway_is_away(client: InkcloudClient, error: InkcloudError) -> bool:
    """Tell a gateway that does not answer from a job that has failed for want of a replica."""
    if not isinstance(error, _PASSING):
        return False
    try:
        client.healthcheck()
    except _PASSING:
        return True
    return False


def _kept(job: str) -> Seen | InkcloudError | None:
    known, end = st.session_state.get(_KEY, ("", None))
    return end if known == job else None


def _keep(job: str, end: Seen | InkcloudError) -> None:
    st.session_state[_KEY] = (job, end)
