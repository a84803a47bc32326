"""What was asked of services from these pages, so that a reload finds it again."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request.

    Attributes:
        path: of the method, below the endpoint.
        inputs: the request's body.
    """

    path: str
    inputs: dict[str, Any]


@dataclass
class SentRequests:
    """The latest requests of all pages of this process, by their jobs' ids.

    An id cannot be guessed and stands in its own page's address only, so nobody finds
    another person's request.
    """

    _requests: OrderedDict[str, Sent] = field(default_factory=OrderedDict)

    def keep(self, job: str, sent: Sent) -> None:
        """Remember a request; the oldest is forgotten when there are too many."""
        self._requests[job] = sent
        while len(self._requests) > _MOST:
            self._requests.popitem(last=False)

    def find(self, job: str) -> Sent | None:
        """Return a request, if it is remembered."""
        return self._requests.get(job)


def sent_requests() -> SentRequests:
    """Return the memory that all pages of this process share."""
    return st.cache_resource(show_spinner=False)(_new)()


def _new() -> SentRequests:
    return SentRequests()
