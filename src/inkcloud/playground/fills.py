"""What the page's server has filled into fields, kept from a browser that has not drawn it yet."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import streamlit as st

SEEN_KEY = "fills_seen"
_KEPT = 8


@dataclass(frozen=True)
class _Fill:
    number: int
    before: dict[str, Any]
    after: dict[str, Any]


class Fills:
    """The latest fillings of one open page.

    Who presses something before the browser has drawn them sends what the fields held before,
    and would undo them. So a hidden field says which filling the browser has drawn: it comes back
    together with the others' values.
    """

    def __init__(self) -> None:
        self._count = 0
        self._latest: deque[_Fill] = deque(maxlen=_KEPT)

    def fill(self, values: dict[str, Any]) -> None:
        """Give fields values by their keys; only before they are drawn."""
        state = st.session_state
        before = {key: state[key] for key in values if key in state}
        self._count += 1
        self._latest.append(_Fill(self._count, before, values))
        for key, value in values.items():
            state[key] = value

    def fill_again(self) -> None:
        """Fill what a late browser has emptied; call it before anything reads the fields.

        What was typed meanwhile stays: it is not what the field held before.
        """
        state = st.session_state
        seen = str(state.get(SEEN_KEY, self._count))
        late = [each for each in self._latest if each.number > int(seen)] if seen.isdigit() else []
        for each in late:
            for key, value in each.before.items():
                if key in state and state[key] == value:
                    state[key] = each.after[key]

    def draw_seen(self) -> None:
        """Draw the hidden field; call it after the fields are drawn."""
        if SEEN_KEY in st.session_state:
            st.session_state[SEEN_KEY] = str(self._count)
        # Its class hides it, see frame.py.
        with st.container(key="fills_show"):
            st.text_input("Filled", str(self._count), key=SEEN_KEY)
