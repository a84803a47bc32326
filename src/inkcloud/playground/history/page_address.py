"""The address of the page History: what is shown and chosen, so that a reload and Back find it."""

from collections.abc import Iterable, Mapping

import streamlit as st

from inkcloud.playground.kept_address import KeptAddress

_KEY = "history_page_address"


def read_query() -> dict[str, str]:
    """Return the page's query, or the newer one that a quick person's browser does not have yet.

    To be asked when the page begins to be drawn.
    """
    address = _address()
    gone_to = address.gone_to()
    if gone_to is not None:
        address.adopt(gone_to)
    return st.query_params.to_dict()


def put_query(query: Mapping[str, str]) -> None:
    """Let the address say what is shown and chosen."""
    _address().put(dict(query))


def remember_fields(toggles: Iterable[str]) -> None:
    """Remember what the fields hold, to be called when all are drawn.

    Args:
        toggles: keys of those that are on or off.
    """
    address = _address()
    address.toggles = frozenset(toggles)
    address.look()


def _address() -> KeptAddress:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = KeptAddress()
    address: KeptAddress = st.session_state[_KEY]
    return address
