"""The pictures that a person has chosen, and what can be done with them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from inkcloud.client import HistoryPicture, InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.history.page_address import put_query
from inkcloud.playground.history.view import HistoryView, checked_id
from inkcloud.playground.wording import error_text

MOST = 1000  # as many as the gateway takes at once
KEPT = 100  # as many as the page's address holds: about 4000 characters
CHOSEN = "chosen"
_CHOSEN = "history_chosen"
_ADDRESS = "history_chosen_address"
_CHANGED = "history_chosen_changed"
_DONE = "history_done"
_ERROR = "history_error"


def chosen() -> list[str]:
    """Return the ids of the pictures that are chosen, on all pages, in the order of choosing."""
    return list(st.session_state.get(_CHOSEN, ()))


def read_choice() -> None:
    """Let the address decide which pictures are chosen, if it is not this page that wrote it."""
    told = st.query_params.get(CHOSEN, "")
    if told != st.session_state.get(_ADDRESS, ""):
        # A reload, a link, the browser's way back.
        choose([id for id in map(checked_id, told.split(".")) if id][:KEPT])


def kept_choice() -> dict[str, str]:
    """Return what the page's address keeps of the choice: nothing of one that is too large."""
    ids = chosen()
    return {CHOSEN: ".".join(ids)} if 0 < len(ids) <= KEPT else {}


def draw_choice(picture: HistoryPicture, number: int) -> None:
    """Draw the box by which a picture is chosen.

    Args:
        picture: which.
        number: its place on the page, from 1.
    """
    ids = chosen()
    key = box_key(picture.id)
    if key not in st.session_state:
        st.session_state[key] = picture.id in ids
    ticked = st.checkbox(f"Select {number}", key=key)
    if ticked and picture.id not in ids and len(ids) < MOST:
        _keep([*ids, picture.id])
    elif not ticked and picture.id in ids:
        _keep([each for each in ids if each != picture.id])


def choose(ids: Sequence[str]) -> None:
    """Choose pictures in place of all that were chosen; the boxes show it in the next run."""
    _keep(list(dict.fromkeys(ids))[:MOST])
    st.session_state[_CHANGED] = True


def tick_boxes(pictures: Sequence[HistoryPicture]) -> None:
    """Let the boxes show what `choose` has changed; call it before they are drawn."""
    if st.session_state.pop(_CHANGED, False):
        ids = set(chosen())
        for picture in pictures:
            st.session_state[box_key(picture.id)] = picture.id in ids


def draw_actions(
    client: InkcloudClient, view: HistoryView, pictures: Sequence[HistoryPicture]
) -> None:
    """Draw what can be done with the chosen pictures."""
    ids = chosen()
    if len(ids) > KEPT:
        st.caption(
            "So many selected pictures are forgotten when the page is reloaded: its address holds "
            f"up to {KEPT}."
        )
    with st.container(horizontal=True, vertical_alignment="center", key="history_actions"):
        st.markdown(f"**{len(ids):,} selected**", width="content")
        if st.button("Select page", key="history_all", disabled=not pictures):
            choose([*ids, *(picture.id for picture in pictures)])
            st.rerun()
        if st.button("Select none", key="history_none", disabled=not ids):
            choose([])
            st.rerun()
        st.download_button(
            "Export ZIP",
            partial(client.export_history, ids),
            file_name="inkcloud-pictures.zip",
            mime="application/zip",
            key="history_export",
            help="The PNG files, a file records.json with all that decided them, and an "
            "index.html to look through.",
            on_click="ignore",
            icon=":material/folder_zip:",
            disabled=not ids,
        )
        if view.deleted:
            if st.button(
                "Have them back", key="history_restore", icon=":material/undo:", disabled=not ids
            ):
                restore(client, ids)
            return
        if st.button(
            "Mark",
            key="history_mark",
            help="Marks make them favourites.",
            icon=":material/star:",
            disabled=not ids,
        ):
            _mark(client, ids)
        if st.button("Delete", key="history_delete", icon=":material/delete:", disabled=not ids):
            delete(client, ids)


def draw_what_was_done(client: InkcloudClient) -> None:
    """Draw what the last press of a button did, and how to undo it."""
    error = st.session_state.pop(_ERROR, "")
    if error:
        st.error(error)
    gone: list[str] = st.session_state.get(_DONE, [])
    if not gone:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="history_undo_row"):
        st.info(
            f"{count_text(len(gone))} deleted. For 24 hours you can have "
            f"{'it' if len(gone) == 1 else 'them'} back, also by the filter “Deleted pictures”.",
            icon=":material/delete:",
            width="stretch",
        )
        if st.button("Undo", key="history_undo", icon=":material/undo:"):
            restore(client, gone)


def delete(client: InkcloudClient, ids: Sequence[str]) -> None:
    """Delete pictures, offer to undo it, and start the script anew."""
    try:
        gone = client.delete_history_pictures(ids)
    except InkcloudError as error:
        st.session_state[_ERROR] = error_text(error)
    else:
        choose([])
        st.session_state[_DONE] = list(gone)
    st.rerun()


def restore(client: InkcloudClient, ids: Sequence[str]) -> None:
    """Have pictures back and start the script anew."""
    try:
        client.restore_history_pictures(ids)
    except InkcloudError as error:
        st.session_state[_ERROR] = error_text(error)
    else:
        choose([])
        st.session_state.pop(_DONE, None)
    st.rerun()


def count_text(count: int) -> str:
    """Return a number of pictures in words."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def _mark(client: InkcloudClient, ids: Sequence[str]) -> None:
    try:
        for id in ids:
            client.change_history_picture(id, favourite=True)
    except InkcloudError as error:
        st.session_state[_ERROR] = error_text(error)
    else:
        choose([])
    st.rerun()


def _keep(ids: list[str]) -> None:
    st.session_state[_CHOSEN] = ids
    kept = kept_choice()
    st.session_state[_ADDRESS] = kept.get(CHOSEN, "")
    rest = {name: text for name, text in st.query_params.to_dict().items() if name != CHOSEN}
    put_query(rest | kept)


def box_key(id: str) -> str:
    """Return the key of the box by which a picture is chosen."""
    return f"choose_{id}"
