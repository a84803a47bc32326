"""What the buttons do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.limits import MAXIMUM_SEED
from inkcloud.playground import form
from inkcloud.playground.drawing import Drawing
from inkcloud.playground.follow import cancel
from inkcloud.playground.link import MAXIMUM_PANELS
from inkcloud.playground.parameters import Parameters, parse_seed
from inkcloud.playground.run import Run
from inkcloud.playground.session import Session, current_session

GENERATE_KEY = "generate"
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def answer_presses(session: Session) -> None:
    """Start what was just asked for; call it before anything is drawn.

    So the first thing that the page's server sends is that it has begun. A button that this
    server has not drawn yet, because it was started anew, is answered where it is drawn.
    """
    pressed = {key for key in _starters(session) if st.session_state.get(key)}
    session.answered = frozenset(pressed)
    for key in pressed:
        _starters(session)[key]()


def _starters(session: Session) -> dict[str, Callable[[], None]]:
    ones = {form.key(i, GENERATE_KEY): partial(generate_one, i) for i in session.panels}
    return {GENERATE_KEY: generate_all, **ones}


def generate_all() -> None:
    """Start a new run: every panel draws the prompt with its own settings."""
    session = current_session()
    # A second press may arrive before the button is seen to be disabled.
    if session.busy:
        return
    session.show(Run.new(len(session.panels)))
    seconds = _seconds(session, session.panels)  # they are drawn in turn, a step of each
    for panel in session.panels:
        _generate(session, panel, seconds)


def generate_one(panel: int) -> None:
    """Draw one panel again and leave the others as they are."""
    session = current_session()
    if session.drawings[panel].active:
        return
    session.previous = None
    _generate(session, panel, _seconds(session, [panel]))


def cancel_one(panel: int) -> None:
    """Stop what a panel draws."""
    session = current_session()
    drawing = session.drawings[panel]
    session.put(panel, cancel(session.client, drawing))


def show_previous() -> None:
    """Turn to the latest run."""
    session = current_session()
    if session.previous is not None:
        session.show(session.previous)


def add_panel() -> None:
    """Add a panel with the last one's settings."""
    session = current_session()
    count = len(session.panels)
    if count < MAXIMUM_PANELS:
        session.filling[count] = form.read(count - 1)
        _rearrange(session, [*session.panels, None])


def remove_panel(panel: int) -> None:
    """Take a panel away; those after it move up."""
    session = current_session()
    if len(session.panels) > 1:
        order = [other for other in session.panels if other != panel]
        session.filling |= {new: form.read(old) for new, old in enumerate(order) if old != new}
        _rearrange(session, order)


def swap(one: int, other: int) -> None:
    """Let two panels change places, their pictures too."""
    session = current_session()
    session.filling |= {one: form.read(other), other: form.read(one)}
    places = {one: other, other: one}
    _rearrange(session, [places.get(panel, panel) for panel in session.panels])


def copy_settings(panel: int, *others: int) -> None:
    """Give a panel's settings to others."""
    session = current_session()
    session.filling |= {other: form.read(panel) for other in others}
    _rearrange(session, list(session.panels))


def fill_panel(panel: int, parameters: Parameters, prompt: str | None = None) -> None:
    """Fill a panel's fields, and the prompt that all panels share."""
    session = current_session()
    session.filling[panel] = parameters
    session.prompt_to_fill = prompt
    _rearrange(session, list(session.panels))


def show_the_way(panel: int) -> None:
    """Give five panels one panel's settings, on the way from its seed to its variation seed.

    Without a variation seed it is the seed after its own.

    Raises:
        InvalidRequest: if one of its seeds is none.
    """
    session = current_session()
    start = form.read(panel)
    seed = parse_seed(start.seed)
    next_seed = seed + 1 if seed < MAXIMUM_SEED else seed - 1
    end = str(parse_seed(start.variation_seed.strip() or str(next_seed), "variation_seed"))
    session.filling = {
        i: replace(start, images=1, variation_seed=end, variation_strength=strength)
        for i, strength in enumerate(STRENGTHS)
    }
    session.run = Run.new(len(STRENGTHS))
    _rearrange(session, [None] * len(STRENGTHS))


def _rearrange(session: Session, order: Sequence[int | None]) -> None:
    """Put the panels in another order."""
    session.arrange(order)
    session.link_error = None


def _seconds(session: Session, panels: Iterable[int]) -> float | None:
    """Return how long panels will draw together; None if nobody knows."""
    if session.pace is None:
        return None
    from_picture = session.start is not None
    return session.pace.total(
        form.read(panel).as_drawn(from_picture=from_picture) for panel in panels
    )


def _generate(session: Session, panel: int, seconds: float | None) -> None:
    session.restoring.discard(panel)
    session.link_error = None
    try:
        image = session.start.data if session.start else None
        request = form.read(panel).request(form.prompt(), image, seconds)
    except InkcloudError as error:
        session.put(panel, Drawing(error=error))
        return
    # It is sent when the panel is drawn, which shows first that there is something to come.
    session.put(panel, Drawing(request=request, tag=session.run.new_tag(panel)))
