"""What a run will cost, before it is begun."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.definition import Cell, CellsDefinition
from inkcloud.playground.pace import LOOK_BACK, Pace
from inkcloud.playground.wording import about

_SECONDS_KEPT = 10
Clients = Callable[[str], InkcloudClient]


@dataclass(frozen=True)
class Estimate:
    """The seconds that cells will take.

    Attributes:
        seconds: all of them, one after another.
        pictures: from how many finished pictures it was learned.
    """

    seconds: float
    pictures: int

    @classmethod
    def of(cls, cells: Iterable[Cell], clients: Clients) -> "Estimate | None":
        """Return an estimate; None if an endpoint has drawn nothing yet, or cannot be asked."""
        paces: dict[str, Pace | None] = {}
        seconds = 0.0
        for cell in cells:
            if cell.endpoint not in paces:
                paces[cell.endpoint] = recent_pace(clients(cell.endpoint), cell.endpoint)
            pace = paces[cell.endpoint]
            if pace is None:
                return None
            seconds += pace.seconds(cell.parameters)
        learned = sum(
            line.pictures for pace in paces.values() if pace for line in pace.lines.values()
        )
        return cls(seconds, learned)

    def text(self) -> str:
        """Return it in words, with what it rests on."""
        pictures = "1 picture" if self.pictures == 1 else f"{self.pictures} pictures"
        return f"about {about(self.seconds)} on this machine, measured from {pictures}"


def recent_pace(client: InkcloudClient, endpoint: str) -> Pace | None:
    """Return an endpoint's pace as its last generations show it; asked for every 10 s at most.

    Args:
        client: of the endpoint.
        endpoint: its name, to tell it from others.
    """
    if not client.has_token:
        return None  # without a token there is no list to learn from
    cached = st.cache_data(ttl=_SECONDS_KEPT, show_spinner=False, max_entries=50)(_pace)
    pace = cached(client, client.base_url, endpoint)
    if pace is None:
        cached.clear()  # the first picture may be done any moment
    return pace


def cost_text(definition: CellsDefinition, estimate: Estimate | None) -> str:
    """Return what a run costs in a sentence."""
    cells, calls, rows = definition.count, definition.calls(), definition.rows()
    counted = f"{_counted(cells, 'cell')}, {_counted(calls, 'model call')}, {_counted(rows, 'row')}"
    if estimate is None:
        return (
            f"This is {counted}. How long it takes is known once this machine has drawn a picture."
        )
    return f"This is {counted}: {estimate.text()}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _pace(_client: InkcloudClient, base_url: str, endpoint: str) -> Pace | None:
    try:
        return Pace.of(_client.list(limit=LOOK_BACK))
    except InkcloudError:
        # Without a token there is no list; the page works without it.
        return None
