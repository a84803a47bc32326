"""The part of the page onto which a picture is dropped to get its settings back."""

from typing import Any

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground import actions
from inkcloud.playground.restoring.picture_texts import LARGEST_FILE
from inkcloud.playground.restoring.restored import Restored, restore
from inkcloud.playground.session import Session
from inkcloud.playground.wording import error_text, escaped, pixels_text

UPLOAD_KEY = "restore_file"


def draw_uploader(session: Session) -> None:
    """Draw the place for the file, what it tells, and the button that fills a panel with it."""
    st.header("Settings from a picture")
    file = st.file_uploader(
        "Drop a picture here to draw it again, or to go on from it",
        type=["png", "jpg", "jpeg", "webp"],
        key=UPLOAD_KEY,
        max_upload_size=LARGEST_FILE // 2**20,
        help="A PNG of Inkcloud, or a picture of the web UI, ComfyUI or InvokeAI that still "
        "holds its settings. It is read here and sent nowhere else.",
    )
    if file is None:
        return
    try:
        found = restore(file.getvalue())
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    with st.container(border=True, key="restored"):
        _draw_found(session, found)


def _draw_found(session: Session, found: Restored) -> None:
    st.markdown(f"Written by {found.written_by}. {_sentence(found)}")
    st.markdown(f"**Prompt:** {escaped(found.prompt) or 'none'}")
    negative = escaped(found.parameters.negative_prompt) or "none"
    st.markdown(f"**Negative prompt:** {negative}")
    notes = [*model_notes(found, session.facts or {}), *found.notes]
    if notes:
        text = "\n".join(f"- {escaped(note)}" for note in notes)
        st.warning(f"What is different here:\n\n{text}", icon=":material/info:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        panel = st.selectbox(
            "Fill",
            list(session.panels),
            format_func=lambda number: f"Panel {number + 1}",
            key="restore_panel",
            width=160,
        )
        if st.button("Use these settings", key="restore_use", type="primary"):
            actions.fill_panel(panel or 0, found.parameters, found.prompt)
            st.rerun()


def _sentence(found: Restored) -> str:
    own = found.parameters
    size = f", {pixels_text(own.width, own.height)}" if own.width and own.height else ""
    varied = (
        f", varied towards seed {own.variation_seed} by {own.variation_strength:g}"
        if own.varied
        else ""
    )
    return escaped(
        f"{own.steps} steps of {own.scheduler.value}, guidance {own.guidance_scale:g}, "
        f"seed {own.seed}{varied}{size}."
    )


def model_notes(found: Restored, facts: dict[str, Any]) -> list[str]:
    """Return what is to be said about the picture's model and the one that draws here."""
    here = str(facts.get("model") or "")
    if not here or not found.model or here.casefold() == found.model.casefold():
        return []
    return [f"It was drawn by the model {found.model[:80]}; here {here} draws another picture."]
