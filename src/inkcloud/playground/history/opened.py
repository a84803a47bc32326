"""One picture of the history, large, with all that decided it."""

import json

import streamlit as st

from inkcloud.client import HistoryPicture, InkcloudClient
from inkcloud.domain.errors import InkcloudError, NotFound
from inkcloud.domain.history_entry import NOTE_LENGTH
from inkcloud.playground.history.chosen import delete, draw_what_was_done, restore
from inkcloud.playground.history.gallery import OPENED
from inkcloud.playground.history.page_address import put_query
from inkcloud.playground.history.picture_words import (
    facts,
    file_name,
    playground_query,
    short_prompt,
)
from inkcloud.playground.pages import page_at
from inkcloud.playground.wording import error_text, escaped

_SMALL = 384
_SAVED = "history_note_saved"


def draw_opened(client: InkcloudClient, id: str, endpoint: str) -> None:
    """Draw a picture's own page.

    Args:
        client: reaches the gateway.
        id: the picture's.
        endpoint: the name of the endpoint that the page Generate draws with.
    """
    if st.button("Back to all pictures", key="history_back", icon=":material/arrow_back:"):
        query = st.query_params.to_dict()
        del query[OPENED]
        put_query(query)
        st.rerun()
    draw_what_was_done(client)
    try:
        picture = client.history_picture(id)
    except NotFound:
        st.info("This picture is not in the history: it was deleted, or the link is of elsewhere.")
        return
    except InkcloudError as error:
        st.error(error_text(error))
        return
    if picture.deleted is not None:
        st.warning("This picture is deleted. It is removed for good 24 hours after that.")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        png = _draw_picture(client, picture)
    with right:
        _draw_actions(client, picture, png, endpoint)
        st.markdown(
            "\n".join(f"- **{label}:** {escaped(text)}" for label, text in facts(picture).items())
        )
        _draw_note(client, picture)
        with st.expander("The whole record"):
            text = json.dumps(picture.record, indent=2, ensure_ascii=False)
            st.code(text, language="json", wrap_lines=True)


def _draw_picture(client: InkcloudClient, picture: HistoryPicture) -> bytes | None:
    try:
        png = client.history_image(picture.id)
    except InkcloudError as error:
        st.error(error_text(error))
        return None
    width = picture.record.get("width")
    # A small picture is not blown up to the width of the page.
    wide = isinstance(width, int) and width >= _SMALL
    st.image(png, width="stretch" if wide else _SMALL, alt=short_prompt(picture))
    return png


def _draw_actions(
    client: InkcloudClient, picture: HistoryPicture, png: bytes | None, endpoint: str
) -> None:
    with st.container(horizontal=True, key="history_opened_actions"):
        _draw_way_to_playground(picture)
        if png is not None:
            st.download_button(
                "Download PNG",
                png,
                file_name=file_name(picture),
                mime="image/png",
                key="history_download",
                on_click="ignore",
                icon=":material/download:",
            )
        if st.button(
            "Unmark as favourite" if picture.favourite else "Mark as favourite",
            key="history_favourite",
            icon=":material/star:",
        ):
            _change(client, picture, favourite=not picture.favourite)
        if picture.deleted is not None:
            if st.button("Have it back", key="history_restore_one", icon=":material/undo:"):
                restore(client, [picture.id])
        elif st.button("Delete", key="history_delete_one", icon=":material/delete:"):
            delete(client, [picture.id])
    if picture.favourite:
        st.markdown("★ This is one of your favourites.")
    if picture.endpoint != endpoint:
        st.caption(
            f"The endpoint {escaped(picture.endpoint)} drew it. The playground draws with "
            f"{escaped(endpoint)}, so there the same settings may give another picture."
        )


def _draw_way_to_playground(picture: HistoryPicture) -> None:
    query = playground_query(picture)
    if query is not None and st.button(
        "Open in the playground",
        key="history_open_playground",
        type="primary",
        icon=":material/brush:",
    ):
        st.switch_page(page_at(""), query_params=query)


def _draw_note(client: InkcloudClient, picture: HistoryPicture) -> None:
    with st.form(f"note_of_{picture.id}", border=False):
        note = st.text_area(
            "Note",
            picture.note,
            key=f"note_{picture.id}",
            max_chars=NOTE_LENGTH,
            help="The search finds its words too.",
        )
        saved = st.form_submit_button("Save note", key="history_save_note")
    if saved:
        st.session_state[_SAVED] = True
        _change(client, picture, note=note)
    if st.session_state.pop(_SAVED, False):
        st.success("The note is saved.")


def _change(client: InkcloudClient, picture: HistoryPicture, **fields: object) -> None:
    """Change a picture's entry and start the script anew, or say why not."""
    try:
        client.change_history_picture(picture.id, **fields)
    except InkcloudError as error:
        st.session_state.pop(_SAVED, None)
        st.error(error_text(error))
    else:
        st.rerun()
