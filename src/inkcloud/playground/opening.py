"""What a page shows when it is opened: the run in its address, or the latest one."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.connection import Connection
from inkcloud.playground.run import PANELS, TAG_PREFIX, Run, latest_run
from inkcloud.playground.session import Session

_LOOK_BACK = PANELS * 4


def open_session(connection: Connection) -> Session:
    """Return a new page's session.

    The address decides, so that a reload shows what was there. Without a run in the address,
    one that is still under way is opened, and a finished one is offered.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    session = Session(shared_client(connection))
    run = Run.from_query(st.query_params.to_dict())
    if run is not None:
        session.show(run)
    elif connection.personal:
        _turn_to_latest(session)
    return session


def shared_client(connection: Connection) -> InkcloudClient:
    """Return the one client of all pages of this process: it keeps its connections open.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    return st.cache_resource(show_spinner=False)(_client)(connection)


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
