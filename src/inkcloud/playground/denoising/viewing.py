"""What one open page Denoising remembers between Streamlit's reruns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.noise_levels import Curve
from inkcloud.playground.drawing import Drawing, Phase
from inkcloud.playground.kept_address import KeptAddress

RUNS = ("first", "second")
PLAYING_KEY = "denoising_playing"
_KEY = "denoising_viewing"
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass
class Viewing:
    """The mutable state of one open page, beside its fields.

    Attributes:
        client: reaches the gateway.
        drawings: the run, and one to compare with it if there is one.
        films: the frames of each, by generation; an error where there are none.
        animations: the animation that was played last, by its generations and alignment.
        levels: every scheduler's curve, by number of steps.
        restoring: whether the fields are still to be filled from the generations.
        facts: what the endpoint said of itself; None until it has answered.
        address: the page's.
    """

    client: InkcloudClient
    drawings: list[Drawing] = field(default_factory=list)
    films: dict[str, Film | InkcloudError] = field(default_factory=dict)
    animations: dict[tuple[object, ...], bytes] = field(default_factory=dict)
    levels: dict[int, tuple[Curve, ...]] = field(default_factory=dict)
    restoring: bool = False
    facts: dict[str, Any] | None = None
    address: KeptAddress = field(
        default_factory=lambda: KeptAddress(toggles=frozenset({PLAYING_KEY}))
    )

    @property
    def busy(self) -> bool:
        """Whether there is more to come: of a picture, or of its frames."""
        return any(
            drawing.active or (drawing.phase is Phase.SUCCEEDED and drawing.job not in self.films)
            for drawing in self.drawings
        )

    @property
    def known(self) -> bool:
        """Whether the gateway has told of every run, or will not."""
        return all(drawing.status is not None or not drawing.active for drawing in self.drawings)

    @property
    def shown(self) -> tuple[Film, ...]:
        """The films to look at; none before all runs have ended and one has frames."""
        if self.busy:
            return ()
        films = [self.film(drawing) for drawing in self.drawings]
        return tuple(film for film in films if isinstance(film, Film))

    @property
    def endpoint_runs(self) -> bool:
        """Whether the endpoint was running when it was last asked."""
        return str((self.facts or {}).get("state", "")).lower() == "running"

    @property
    def native_size(self) -> tuple[int, int] | None:
        """The model's own width and height in pixels, if the endpoint has told it."""
        size = (self.facts or {}).get("native_size")
        return (int(size[0]), int(size[1])) if size else None

    def film(self, drawing: Drawing) -> Film | InkcloudError | None:
        """Return a drawing's frames, or why there are none; None if it has not succeeded."""
        if drawing.phase is not Phase.SUCCEEDED or drawing.job is None:
            return None
        return self.films.get(drawing.job)

    def begin(self, drawings: list[Drawing]) -> None:
        """Turn to new runs."""
        self.drawings = drawings
        self.restoring = False
        self.keep_address()

    def put(self, number: int, drawing: Drawing) -> None:
        """Keep what has become of a run."""
        self.drawings[number] = drawing
        self.keep_address()

    def keep_address(self) -> None:
        """Put the generations into the page's address, so that a reload finds them."""
        query = {
            name: drawing.job
            for name, drawing in zip(RUNS, self.drawings, strict=False)
            if drawing.job is not None
        }
        # While none is accepted yet the address stays: a reload then shows the runs before.
        if query:
            self.address.put(query)

    def turn_to(self, query: dict[str, str]) -> None:
        """Show the generations that an address names."""
        jobs = _jobs(query)
        if jobs != [drawing.job for drawing in self.drawings]:
            self.drawings = [Drawing(job=job) for job in jobs]
            self.restoring = bool(jobs)


def current_viewing(client: Callable[[], InkcloudClient]) -> Viewing:
    """Return the open page's state.

    The address decides when the page is opened, and when the person goes to another address.

    Args:
        client: makes the client of a new page.
    """
    known: Viewing | None = st.session_state.get(_KEY)
    viewing = known or Viewing(client())
    query = viewing.address.gone_to() if known else st.query_params.to_dict()
    st.session_state[_KEY] = viewing
    if query is not None:
        viewing.turn_to(query)
    return viewing


def viewing_now() -> Viewing:
    """Return the open page's state, in a part of the page that is drawn by itself."""
    viewing: Viewing = st.session_state[_KEY]
    return viewing


def _jobs(query: Mapping[str, str]) -> list[str]:
    """Return the generations that an address names; what cannot be one is left out."""
    return [query[name] for name in RUNS if _ID.fullmatch(query.get(name, ""))]
