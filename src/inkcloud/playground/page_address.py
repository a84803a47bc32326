"""The address of the page Generate: it says what a reload needs, and the page goes where it says.

It names the run whose pictures are shown. If the fields hold something else than that run was
drawn with, it carries a link's settings too. Each change is a step of the browser's history, so
going back undoes it.
"""

import urllib.parse

import streamlit as st

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground import form
from inkcloud.playground.link import START_FIELD, Linked, generate_query, link_part, read_query
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.presets import DEFAULT_PROMPT, PRESETS
from inkcloud.playground.run import DEFAULT_PANELS, Run
from inkcloud.playground.session import LOCK_KEY, Session
from inkcloud.playground.start_picture import start_of, start_query

# Servers and proxies take addresses of about 8,000 characters.
LONGEST_LINK = 7000


def turn_to(session: Session, query: dict[str, str], *, afresh: bool) -> None:
    """Show what an address says; nothing is drawn by it.

    Args:
        session: the page's.
        query: of the address.
        afresh: whether the page is a new one. Then its fields are drawn with a link's values
            instead of being filled: they may stand changed in a browser that has reconnected.
    """
    session.link, session.link_error = link_part(query), None
    if session.start is not None and session.start.source:
        session.start = None  # a file that was chosen here stays: its field shows it
    session.start_error = None
    session.start_id = session.link.get(START_FIELD, "")
    run = Run.from_query(query)
    try:
        linked = read_query(query)
    except InkcloudError as error:
        session.link_error, linked = error, None
        if run is None:
            return
    if linked is not None:
        _show_link(session, run, linked, afresh=afresh)
    elif run is not None or not afresh:
        session.show(run or Run.new(DEFAULT_PANELS))
        if not afresh:
            # The fields are filled from generations only where they hold their first values.
            first = Linked(
                session.first_prompt, tuple(map(session.first_parameters, session.panels))
            )
            _fill(session, first)


def follow_address(session: Session) -> None:
    """Turn to the page's address if the person went to another one."""
    query = session.address.gone_to()
    if query is not None:
        turn_to(session, query, afresh=False)


def keep_settings(session: Session) -> None:
    """Let the address say what the fields hold; call it after they were drawn.

    A part of the page that looks at its generation by itself calls it too.
    """
    if not (session.restoring or session.start_id or session.link_error):
        session.link = _link(session)
    session.keep_address()


def _show_link(session: Session, run: Run | None, linked: Linked, *, afresh: bool) -> None:
    count = len(linked.panels)
    jobs = ([*run.jobs] if run else []) + [None] * count
    session.show((run or Run.new(count)).with_jobs(jobs[:count]))
    session.restoring = set()  # the link is newer than the generations
    if afresh:
        session.first = linked
    else:
        _fill(session, linked)


def _fill(session: Session, linked: Linked) -> None:
    session.filling = dict(enumerate(linked.panels))
    session.prompt_to_fill = linked.prompt
    st.session_state[LOCK_KEY] = False


def _link(session: Session) -> dict[str, str]:
    """Return the link of what the fields hold; empty if a reload finds it without one."""
    try:
        query = generate_query(form.prompt(), form.read_all(session))
    except InvalidRequest:
        return session.link  # what cannot be drawn cannot be linked to
    start = session.start.sha256 if session.start else ""
    if query == generate_query(*_found_without(session)) and start == _start_of_run(session):
        return {}
    query |= start_query(session)
    return query if len(urllib.parse.urlencode(query)) <= LONGEST_LINK else {}


def _found_without(session: Session) -> tuple[str, list[Parameters]]:
    """Return the prompt and the panels' parameters that a reload finds without a link."""
    prompt, panels = "", []
    for panel in session.panels:
        status = session.drawings[panel].status if session.run.jobs[panel] else None
        parameters = PRESETS[panel % len(PRESETS)].parameters
        if status is not None:
            try:
                parameters = Parameters.from_request(status.request)
            except InkcloudError:
                pass
            else:
                prompt = prompt or str(status.request.get("prompt", ""))
        panels.append(parameters)
    return prompt or DEFAULT_PROMPT, panels


def _start_of_run(session: Session) -> str:
    """Return the SHA-256 of what the run begins as, which a reload finds; "" if it is noise."""
    jobs = zip(session.run.jobs, session.drawings, strict=True)
    statuses = [drawing.status for job, drawing in jobs if job and drawing.status]
    return next((start for status in statuses if (start := start_of(status))), "")
