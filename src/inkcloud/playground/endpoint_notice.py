"""The line that says which model draws, or why the endpoint cannot be reached."""

from contextlib import suppress
from typing import Any

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.session import Session, current_session
from inkcloud.playground.wording import error_text, escaped, pixels_text

SECONDS_BETWEEN_TRIES = 2.0
_STARTING = "starting"


def draw_endpoint_notice(session: Session) -> None:
    """Draw the line; while the endpoint is not ready it looks again by itself.

    The first look is taken before anything is drawn. An answer that came later would start the
    page's script anew, and what is typed meanwhile could be lost.
    """
    if not ready(session.facts):
        with suppress(InkcloudError):  # the line itself asks again, and says so
            session.facts = _asked(session)
    pace = None if ready(session.facts) else SECONDS_BETWEEN_TRIES
    st.fragment(_draw, run_every=pace)(pace)


def ready(facts: dict[str, Any] | None) -> bool:
    """Say whether the endpoint has answered and is not on its way up."""
    return facts is not None and str(facts.get("state", "")).lower() != _STARTING


def sentence(facts: dict[str, Any]) -> str:
    """Return what draws here, as Markdown."""
    if not ready(facts):
        return "The model is being loaded. You can press Generate now: it starts when it is ready."
    model, size = facts.get("model"), facts.get("native_size")
    if not model:
        return ""
    pixels = f" at {pixels_text(size[0], size[1])}" if size else ""
    return f"Drawn by the model {escaped(str(model))}{pixels}."


def _draw(pace: float | None) -> None:
    session = current_session()
    if not ready(session.facts):
        try:
            session.facts = _asked(session)
        except InkcloudError as error:
            st.warning(f"{error_text(error)} This page keeps trying.", icon=":material/power_off:")
            return
    if pace is not None and ready(session.facts):
        session.keep_address()  # lest the whole run takes an older one for the person's wish
        st.rerun()
    text = sentence(session.facts or {})
    if text:
        st.caption(text)


def _asked(session: Session) -> dict[str, Any]:
    return dict(session.client.endpoint_info())
