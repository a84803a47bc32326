"""What a page knows of its own address, and how it tells that the person went to another one."""

import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from inkcloud.playground.pages import came_from_another


@dataclass
class KeptAddress:
    """The address of one open page.

    What the page puts there is a step of the browser's history each time, so going back undoes
    it: the page has to follow, or going back would lead nowhere.

    Attributes:
        toggles: keys of fields that are on or off; a button's value looks like theirs.
        query: what follows the question mark, as far as the page knows.
    """

    toggles: frozenset[str] = frozenset()
    query: dict[str, str] = field(default_factory=lambda: st.query_params.to_dict())
    _put: dict[str, str] | None = field(default=None, init=False)
    _had: set[str] = field(default_factory=set, init=False)
    _held: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Begin with the address that the page was opened by."""
        self._had.add(_text(self.query))

    def put(self, query: dict[str, str]) -> None:
        """Let the address say what the page shows, so that a reload shows it again."""
        if query != self._put:
            self.query = self._put = query
            self._had.add(_text(query))
        # It may come from a browser that does not have the latest yet.
        if st.query_params.to_dict() != self.query:
            st.query_params.from_dict(self.query)
        self.look()

    def adopt(self, query: dict[str, str]) -> None:
        """Leave an address that the person went to as it is, until the page shows something else.

        Args:
            query: what the page would say now. It may differ: a run that was stopped stays
                stopped. Put there, it would be a new step of the history to go back from.
        """
        self._put = query

    def clear(self) -> None:
        """Empty the address: what it asked for is done, and a reload is not to do it again."""
        self._put = None
        self.put({})

    def gone_to(self) -> dict[str, str] | None:
        """Return the query that the person went to; None if they are still where they were.

        To be asked once, when the whole page begins to be drawn.
        """
        query = st.query_params.to_dict()
        if self._is_late(query):
            # This run may end before the page is drawn: what was done counts in the next one too.
            st.query_params.from_dict(self.query)
            return None
        gone_to = self._gone_to(query)
        self.look()
        return gone_to

    def look(self) -> None:
        """Remember what the fields hold; a part that is drawn by itself and has fields says it."""
        self._held = _held()

    def _gone_to(self, query: dict[str, str]) -> dict[str, str] | None:
        if query == self.query:
            return None
        self._had.add(_text(query))
        self.query = query
        if came_from_another() and not query:
            # The page's name in the menu leads to an address without a query.
            self._put = None
            return None
        return query

    def _is_late(self, query: dict[str, str]) -> bool:
        """Say whether a query is what the address was before the page changed it.

        A browser that is not told of the latest address yet sends the one before with whatever
        was typed or pressed. Who goes back to that one has typed and pressed nothing.
        """
        if query == self.query or came_from_another() or _text(query) not in self._had:
            return False
        return any(self._is_done(name, value) for name, value in _held().items())

    def _is_done(self, name: str, value: Any) -> bool:  # noqa: ANN401
        """Say whether the person has changed a field or pressed a button since the last look."""
        if name not in self._held:  # drawn after that look
            return value is True
        # A button is no longer pressed in the next run.
        changed = value is not False or name in self.toggles
        return changed and bool(value != self._held[name])


def _text(query: dict[str, str]) -> str:
    return urllib.parse.urlencode(sorted(query.items()))


def _held() -> dict[str, Any]:
    plain = str | int | float | None
    items = st.session_state.items()
    return {str(name): value for name, value in items if isinstance(value, plain)}
