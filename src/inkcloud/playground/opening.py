"""What a page shows when it is opened: the run in its address, or the latest one."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.connection import Connection
from inkcloud.playground.link import MAXIMUM_PANELS, VERSION_FIELD
from inkcloud.playground.pace import LOOK_BACK, Pace
from inkcloud.playground.page_address import turn_to
from inkcloud.playground.run import TAG_PREFIX, Run, latest_run
from inkcloud.playground.session import Session

_LOOK_BACK = MAXIMUM_PANELS * 4


def open_session(connection: Connection) -> Session:
    """Return a new page's session.

    The address decides, so that a reload shows what was there. Without a run or a link in the
    address, a run that is still under way is opened, and a finished one is offered.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    session = Session(shared_client(connection))
    query = st.query_params.to_dict()
    turn_to(session, query, afresh=True)
    if connection.personal and VERSION_FIELD not in query and Run.from_query(query) is None:
        _turn_to_latest(session)
    return session


def learn_pace(session: Session) -> None:
    """Learn how long pictures take here, from those that the endpoint finished lately."""
    if not session.pace_is_old or session.busy:
        return
    session.pace_is_old = False
    try:
        session.pace = Pace.of(session.client.list(limit=LOOK_BACK))
    except InkcloudError:
        # Without a token there is no list; the page does without an estimate.
        return


def shared_client(connection: Connection) -> InkcloudClient:
    """Return the one client of all pages of this process: it keeps its connections open.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    cached = st.cache_resource(show_spinner=False, on_release=InkcloudClient.close)(_client)
    return cached(connection)


def _client(connection: Connection) -> InkcloudClient:
    return connection.open()


def _turn_to_latest(session: Session) -> None:
    run, under_way = find_latest(session.client)
    if run is not None and under_way:
        session.show(run)
    else:
        session.previous = run


def find_latest(client: InkcloudClient) -> tuple[Run | None, bool]:
    """Return the latest run, and whether any of it is still under way."""
    try:
        statuses = list(client.list(tag_prefix=TAG_PREFIX, limit=_LOOK_BACK))
    except InkcloudError:
        # Without a token there is no list; the page works without it.
        return None, False
    run = latest_run((status.tag, status.id) for status in statuses)
    jobs = run.jobs if run else ()
    return run, any(not s.state.final for s in statuses if s.id in jobs)
