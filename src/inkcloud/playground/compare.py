"""The part of the page that lays two finished pictures over each other."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.before_after import draw_before_after
from inkcloud.playground.differences import between
from inkcloud.playground.finished import png_size, record_of
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.session import Session

BEFORE_KEY = "compare_before"
AFTER_KEY = "compare_after"


@dataclass(frozen=True)
class Shown:
    """A finished picture that can be compared.

    Attributes:
        name: what it is called, for example "Panel 2".
        picture: PNG.
        prompt: what it was to show.
        parameters: what it was drawn with; None if this page cannot tell.
    """

    name: str
    picture: bytes
    prompt: str
    parameters: Parameters | None


def finished_pictures(session: Session) -> list[Shown]:
    """Return every finished picture of the panels."""
    return [
        _shown(session, panel, index)
        for panel in session.panels
        for index in session.drawings[panel].numbers
    ]


def draw_comparison(session: Session) -> None:
    """Draw the choice of two pictures, the line between them, and their difference in words."""
    st.header("Compare two pictures")
    found = finished_pictures(session)
    if len(found) < 2:
        st.caption("Draw at least two pictures, then lay one over the other here.")
        return
    names = {shown.name: shown for shown in found}
    choice, view = st.columns([1, 2])
    with choice:
        before = names[_choose("Before, on the left", BEFORE_KEY, list(names), 0)]
        after = names[_choose("After, on the right", AFTER_KEY, list(names), 1)]
        with st.container(key="difference"):
            _draw_words(before, after)
    with view:
        draw_before_after(
            (before.name, before.picture),
            (after.name, after.picture),
            (f"{before.name}: {before.prompt}", f"{after.name}: {after.prompt}"),
        )


def _choose(label: str, key: str, names: list[str], first: int) -> str:
    if st.session_state.get(key) not in names:
        # A picture that was there is gone.
        st.session_state.pop(key, None)
    return st.selectbox(label, names, index=first, key=key)


def _draw_words(before: Shown, after: Shown) -> None:
    st.subheader("What is different")
    lines = []
    if before.prompt != after.prompt:
        lines.append("The prompt is another one.")
    if before.parameters is None or after.parameters is None:
        lines.append("One of them was made with settings that this page does not know.")
    else:
        lines += between(before.parameters, after.parameters)
    if png_size(before.picture) != png_size(after.picture):
        lines.append("They differ in size; the left one is stretched to the right one's.")
    if before.picture == after.picture:
        lines.append("All the same, both are one file, byte for byte.")
    st.markdown("\n".join(f"- {line}" for line in lines) or "Nothing that this page knows of.")


def _shown(session: Session, panel: int, index: int) -> Shown:
    drawing = session.drawings[panel]
    record = record_of(drawing, index)
    request: dict[str, Any] = drawing.status.request if drawing.status else {}
    seed = f", seed {record.get('seed', '?')}" if len(drawing.pictures) > 1 else ""
    return Shown(
        name=f"Panel {panel + 1}{seed}",
        picture=drawing.pictures[index],
        prompt=str(request.get("prompt", "")),
        parameters=_parameters(request, record),
    )


def _parameters(request: dict[str, Any], record: dict[str, Any]) -> Parameters | None:
    try:
        parameters = Parameters.from_request(request)
    except InkcloudError:
        return None
    return replace(parameters, seed=str(record.get("seed", parameters.seed)), images=1)
