"""The page History."""

import streamlit as st

from inkcloud.client import HistoryPictures, InkcloudClient
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground.history.chosen import (
    box_key,
    draw_actions,
    draw_what_was_done,
    read_choice,
)
from inkcloud.playground.history.filter_fields import draw_filters, read_view, show, toggle_keys
from inkcloud.playground.history.gallery import OPENED, draw_gallery
from inkcloud.playground.history.opened import draw_opened
from inkcloud.playground.history.page_address import read_query, remember_fields
from inkcloud.playground.history.view import HistoryView, checked_id
from inkcloud.playground.pages import page_at
from inkcloud.playground.wording import error_text


def draw_history_page(client: InkcloudClient, endpoint: str) -> None:
    """Draw the page.

    Args:
        client: reaches the gateway, with a token that may read its history.
        endpoint: the name of the endpoint that the page Generate draws with.
    """
    st.title("History", anchor=False)
    opened = checked_id(read_query().get(OPENED, ""))
    read_choice()
    if opened:
        draw_opened(client, opened, endpoint)
        return
    st.markdown(
        "Every finished picture is kept here with all that decided it, until you delete it. Open "
        "one to draw it again, byte for byte."
    )
    view = read_view()
    draw_filters(view)
    draw_what_was_done(client)
    try:
        page = client.history(**view.filters())
    except InkcloudError as error:
        if isinstance(error, InvalidRequest) and error.field in {"after", "before"}:
            show(view.first_page())  # the picture that the address names is gone for good
        st.error(error_text(error))
        return
    if not page.pictures:
        _draw_nothing(view)
        return
    actions = st.container()
    draw_gallery(client, page.pictures)
    with actions:
        draw_actions(client, view, page.pictures)
    _draw_turning(view, page)
    remember_fields([*toggle_keys(), *(box_key(picture.id) for picture in page.pictures)])


def _draw_turning(view: HistoryView, page: HistoryPictures) -> None:
    first = view.first_page()
    with st.container(horizontal=True, horizontal_alignment="center", key="history_turning"):
        if st.button(
            "Previous page",
            key="history_previous",
            icon=":material/chevron_left:",
            disabled=not page.previous,
        ):
            show(_at(first, before=page.previous))
        if st.button(
            "Next page",
            key="history_next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=not page.next,
        ):
            show(_at(first, after=page.next))


def _at(view: HistoryView, **place: str) -> HistoryView:
    return HistoryView.from_query({**view.to_query(), **place})


def _draw_nothing(view: HistoryView) -> None:
    if view.after or view.before:
        st.info("There are no more pictures here.")
        if st.button("To the first page", key="history_first"):
            show(view.first_page())
    elif view.deleted:
        st.info("Nothing was deleted during the last 24 hours, or the filters leave it out.")
        if st.button("Show the other pictures", key="history_clear"):
            show(HistoryView())
    elif view.filtered:
        st.info("No picture is like that. Take a filter back, or search for fewer words.")
        if st.button("Clear all filters", key="history_clear"):
            show(HistoryView())
    else:
        st.info("There is nothing yet. Draw a picture, and you find it here.")
        if st.button("Draw a picture", key="history_draw", type="primary"):
            st.switch_page(page_at(""))
