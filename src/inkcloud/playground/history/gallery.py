"""The pictures of one page, each a small copy with its words and its buttons."""

import base64
import html
from collections.abc import Sequence

import streamlit as st

from inkcloud.client import HistoryPicture, InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.history.chosen import draw_choice, tick_boxes
from inkcloud.playground.history.page_address import put_query
from inkcloud.playground.history.picture_words import prompt_of, short_facts, short_prompt
from inkcloud.playground.history.thumbnail_cache import shared_thumbnails
from inkcloud.playground.wording import error_text

OPENED = "picture"
_WIDTH = 164
_STYLE = """<style>
.ink-card { margin: 0; }
.ink-card .ink-frame { border-radius: 0.5rem; }
.ink-card figcaption { font-size: 0.875rem; line-height: 1.35; margin-top: 0.35rem; }
.ink-card .ink-words {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
  min-height: 2.7em; overflow-wrap: anywhere;
}
.ink-card .ink-facts { opacity: 0.82; min-height: 2.7em; display: block; overflow-wrap: anywhere; }
</style>"""


def draw_gallery(client: InkcloudClient, pictures: Sequence[HistoryPicture]) -> None:
    """Draw the pictures, as many beside each other as the page is wide."""
    st.html(_STYLE)
    tick_boxes(pictures)
    small = shared_thumbnails().fetch(client, pictures)
    with st.container(horizontal=True, key="history_pictures"):
        for number, picture in enumerate(pictures, 1):
            with st.container(width=_WIDTH, gap="xxsmall", key=f"card_{picture.id}"):
                st.html(card_html(picture, small.get(picture.id)))
                draw_choice(picture, number)
                _draw_buttons(client, picture)


def card_html(picture: HistoryPicture, webp: bytes | None) -> str:
    """Return a picture with its words; the bytes travel inside, so nothing is left behind.

    Args:
        picture: which.
        webp: its small copy; None if its file is missing or damaged.
    """
    alt = html.escape(short_prompt(picture), quote=True)
    inside = "<p>The file of this picture is missing.</p>"
    if webp is not None:
        data = base64.b64encode(webp).decode("ascii")
        inside = f'<img alt="{alt}" src="data:image/webp;base64,{data}">'
    mark = "★ Favourite. " if picture.favourite else ""
    return (
        f'<figure class="ink-card"><div class="ink-frame">{inside}</div><figcaption>'
        f'<span class="ink-words">{html.escape(mark + prompt_of(picture)[:300])}</span>'
        f'<span class="ink-facts">{html.escape(short_facts(picture))}</span>'
        "</figcaption></figure>"
    )


def _draw_buttons(client: InkcloudClient, picture: HistoryPicture) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if st.button("Details", key=f"open_{picture.id}", type="tertiary"):
            put_query(st.query_params.to_dict() | {OPENED: picture.id})
            st.rerun()
        if st.button(
            "Unmark" if picture.favourite else "Mark",
            key=f"mark_{picture.id}",
            help="A mark makes it a favourite.",
            icon=":material/star:",
            type="tertiary",
        ):
            try:
                client.change_history_picture(picture.id, favourite=not picture.favourite)
            except InkcloudError as error:
                st.error(error_text(error))
            else:
                st.rerun()
