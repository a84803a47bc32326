"""What one open page remembers between Streamlit's reruns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.drawing import Drawing, Phase
from inkcloud.playground.fills import Fills
from inkcloud.playground.kept_address import KeptAddress
from inkcloud.playground.link import Linked
from inkcloud.playground.own_presets import OwnPresets
from inkcloud.playground.pace import Pace
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.picture_file import StartPicture
from inkcloud.playground.presets import DEFAULT_PROMPT, PRESETS
from inkcloud.playground.run import DEFAULT_PANELS, Run

LOCK_KEY = "lock_seed"
_KEY = "playground"


@dataclass
class Session:
    """The mutable state of one open page, beside its fields.

    Attributes:
        client: reaches the gateway.
        run: which generation each panel shows.
        drawings: for each panel what is known of it.
        first: what the fields are drawn with first, if the page was opened by a link.
        filling: what the panels' fields are to be filled with before they are drawn next.
        prompt_to_fill: the same for the prompt; None leaves it.
        fills: what they were filled with.
        restoring: panels whose fields are still to be filled from their generation.
        start: the picture that all panels begin as; None if they begin as noise.
        start_id: the picture of the history whose start picture is still to be fetched.
        start_file: which file of the field for a start picture was taken last.
        start_error: why there is no start picture although the run or the link has one.
        previous: the latest run, offered to a page that was opened afresh.
        facts: what the endpoint said of itself; None until it has answered.
        link: the part of the address that holds the fields' settings; empty if a reload finds
            them without it.
        address: the page's.
        link_error: why the link in the page's address could not be opened.
        own_presets: what the gateway keeps under names; None until it was asked.
        unread: of texts that are too long for the model, the part that it does not read.
        answered: keys of buttons whose press was answered at the start of this run of the script.
        pace: how long pictures take on this machine; None if nothing is known.
        pace_is_old: whether a picture was finished since `pace` was learned.
    """

    client: InkcloudClient
    run: Run = field(default_factory=lambda: Run.new(DEFAULT_PANELS))
    drawings: list[Drawing] = field(
        default_factory=lambda: [Drawing() for _ in range(DEFAULT_PANELS)]
    )
    first: Linked | None = None
    filling: dict[int, Parameters] = field(default_factory=dict)
    prompt_to_fill: str | None = None
    fills: Fills = field(default_factory=Fills)
    restoring: set[int] = field(default_factory=set)
    start: StartPicture | None = None
    start_id: str = ""
    start_file: str = ""
    start_error: InkcloudError | None = None
    previous: Run | None = None
    facts: dict[str, Any] | None = None
    link: dict[str, str] = field(default_factory=dict)
    address: KeptAddress = field(default_factory=lambda: KeptAddress(toggles=frozenset({LOCK_KEY})))
    link_error: InkcloudError | None = None
    own_presets: OwnPresets | None = None
    unread: dict[str, str] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    pace: Pace | None = None
    pace_is_old: bool = True

    @property
    def busy(self) -> bool:
        """Whether any panel has more to come."""
        return any(drawing.active for drawing in self.drawings)

    @property
    def panels(self) -> range:
        """The panels' numbers, from 0."""
        return range(len(self.drawings))

    @property
    def native_size(self) -> tuple[int, int] | None:
        """The model's own width and height in pixels, if the endpoint has told it."""
        size = (self.facts or {}).get("native_size")
        return (int(size[0]), int(size[1])) if size else None

    def first_parameters(self, panel: int) -> Parameters:
        """Return what a panel's fields are drawn with first."""
        if self.first is not None and panel < len(self.first.panels):
            return self.first.panels[panel]
        return PRESETS[panel % len(PRESETS)].parameters

    @property
    def first_prompt(self) -> str:
        """What the prompt is drawn with first."""
        return DEFAULT_PROMPT if self.first is None else self.first.prompt

    def show(self, run: Run) -> None:
        """Turn to another run; its generations fill the fields as they are found."""
        self.run = run
        self.drawings = [Drawing(job=job) for job in run.jobs]
        self.restoring = {panel for panel, job in enumerate(run.jobs) if job is not None}
        self.previous = None

    def arrange(self, order: Sequence[int | None]) -> None:
        """Put the panels' drawings in another order.

        Args:
            order: for each new panel the number of the old one that it shows; None is empty.
        """
        self.restoring = {new for new, old in enumerate(order) if old in self.restoring}
        self.run = self.run.with_jobs(
            [None if old is None else self.run.jobs[old] for old in order]
        )
        self.drawings = [Drawing() if old is None else self.drawings[old] for old in order]

    def put(self, panel: int, drawing: Drawing) -> None:
        """Keep a panel's drawing, and its generation in the run."""
        if drawing.phase is Phase.SUCCEEDED and self.drawings[panel].phase is not Phase.SUCCEEDED:
            self.pace_is_old = True
            if "model" not in (self.facts or {}):
                self.facts = None  # it was at rest when it was asked, and has started since
        self.drawings[panel] = drawing
        if drawing.job != self.run.jobs[panel]:
            self.run = self.run.with_job(panel, drawing.job)

    def keep_address(self) -> None:
        """Put into the page's address what a reload needs: the run, and the fields' settings."""
        query = self.run.to_query()
        if self.link:
            query.pop("panels", None)  # the link tells how many there are
            query = self.link | query
        self.address.put(query)


def current_session() -> Session:
    """Return the open page's session.

    Raises:
        LookupError: before `keep` was called.
    """
    if not has_session():
        message = "This page has no session yet."
        raise LookupError(message)
    session: Session = st.session_state[_KEY]
    return session


def has_session() -> bool:
    """Say whether the page has run before."""
    return _KEY in st.session_state


def keep(session: Session) -> None:
    """Make a session the open page's."""
    st.session_state[_KEY] = session
