"""The app's pages, for a page that leads to another."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_KEY = "pages_of_the_app"
_SHOWN = "pages_shown"


def remember_pages(pages: Sequence[StreamlitPage]) -> None:
    """Keep the pages for this run of the script."""
    st.session_state[_KEY] = tuple(pages)


def page_at(path: str) -> StreamlitPage:
    """Return the page of a path, for `st.switch_page` and `st.page_link`.

    Args:
        path: the page's `url_path`; "" is the page that opens first.

    Raises:
        LookupError: if there is none.
    """
    pages: tuple[StreamlitPage, ...] = st.session_state.get(_KEY, ())
    for page in pages:
        if page.url_path == path:
            return page
    message = f"There is no page at {path!r}."
    raise LookupError(message)


def remember_shown(page: StreamlitPage) -> None:
    """Keep which page this run of the script shows, and which one the run before showed."""
    _, before = st.session_state.get(_SHOWN, (page.url_path, page.url_path))
    st.session_state[_SHOWN] = before, page.url_path


def came_from_another() -> bool:
    """Say whether the run of the script before this one showed another page."""
    before, now = st.session_state.get(_SHOWN, ("", ""))
    return bool(before != now)
