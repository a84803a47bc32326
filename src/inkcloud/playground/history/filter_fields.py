"""The fields that say which pictures are shown."""

from typing import Any

import streamlit as st

from inkcloud.domain.history_query import QUERY_LENGTH, HistorySort
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.history.chosen import kept_choice
from inkcloud.playground.history.page_address import put_query
from inkcloud.playground.history.view import GUIDANCE, STEPS, HistoryView

# What a list's first entry is: Streamlit takes None for a list of which nothing is chosen.
ANY = "any"
_ADDRESS = "history_address"
_KEYS = {
    "text": "history_search",
    "sort": "history_sort",
    "kind": "history_kind",
    "scheduler": "history_scheduler",
    "favourites": "history_favourites",
    "deleted": "history_deleted_only",
    "steps": "history_steps",
    "guidance": "history_guidance",
}
_SORTS = {
    HistorySort.NEWEST: "Newest first",
    HistorySort.OLDEST: "Oldest first",
    HistorySort.MOST_STEPS: "Most steps first",
    HistorySort.FEWEST_STEPS: "Fewest steps first",
    HistorySort.HIGHEST_GUIDANCE: "Highest guidance first",
    HistorySort.LOWEST_GUIDANCE: "Lowest guidance first",
    HistorySort.SLOWEST: "Slowest first",
    HistorySort.FASTEST: "Fastest first",
}
_KINDS = {
    ANY: "All pictures",
    PictureKind.SINGLE: "Single pictures",
    PictureKind.EXPERIMENT: "Grids and lessons",
}
_SCHEDULERS: dict[Any, str] = {ANY: "Any scheduler", **{each: each.value for each in SamplerName}}


def toggle_keys() -> list[str]:
    """Return the keys of the fields that are on or off."""
    return [_KEYS["favourites"], _KEYS["deleted"]]


def read_view() -> HistoryView:
    """Return what the address says, and let the fields hold it if it came from elsewhere."""
    view = HistoryView.from_query(st.query_params.to_dict())
    drawn = all(key in st.session_state for key in _KEYS.values())
    if st.session_state.get(_ADDRESS) != view or not drawn:
        # A link, a page turned by the browser, a look after one at something else: the
        # address decides. Streamlit forgets fields that were not drawn for a while.
        for name, key in _KEYS.items():
            value = getattr(view, name)
            st.session_state[key] = ANY if value is None else value
        st.session_state[_ADDRESS] = view
    return view


def show(view: HistoryView) -> None:
    """Turn to another page, or to other pictures, and start the script anew."""
    put_query({**view.to_query(), **kept_choice()})
    st.rerun()


def draw_filters(view: HistoryView) -> None:
    """Draw the fields; a change of one of them starts the script anew at the first page."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_filters"):
        st.text_input(
            "Search",
            key=_KEYS["text"],
            max_chars=QUERY_LENGTH,
            placeholder="Words of a prompt or a note",
            help="Finds pictures whose prompt, negative prompt or note holds all these words, or "
            "words that begin so.",
            width=356,
        )
        _draw_choice("Sort", "sort", _SORTS)
    count = _count(view)
    with st.expander(f"Filters ({count} set)" if count else "Filters", key="history_more"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _draw_choice("Show", "kind", _KINDS)
            _draw_choice("Scheduler", "scheduler", _SCHEDULERS)
            with st.container(width="content"):
                st.toggle("Favourites only", key=_KEYS["favourites"])
                st.toggle(
                    "Deleted pictures",
                    key=_KEYS["deleted"],
                    help="Shows what was deleted during the last 24 hours, to have it back.",
                )
        st.slider("Number of steps", *STEPS, key=_KEYS["steps"])
        st.slider("Guidance scale", *GUIDANCE, step=0.5, format="%.1f", key=_KEYS["guidance"])
    wanted = _in_fields()
    if wanted != view.first_page():
        show(wanted)


def _draw_choice(label: str, name: str, texts: dict[Any, str]) -> None:
    st.selectbox(
        label, list(texts), format_func=lambda each: texts[each], key=_KEYS[name], width=230
    )


def _in_fields() -> HistoryView:
    values = {name: st.session_state[key] for name, key in _KEYS.items()}
    for name in ("kind", "scheduler"):
        values[name] = None if values[name] == ANY else values[name]
    return HistoryView(**values)


def _count(view: HistoryView) -> int:
    """Return how many of the fields that can be folded away leave pictures out."""
    usual = HistoryView()
    folded = ("kind", "scheduler", "favourites", "deleted", "steps", "guidance")
    return sum(getattr(view, name) != getattr(usual, name) for name in folded)
