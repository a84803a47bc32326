"""What happens at an endpoint: figures, events, logs."""

import re
from contextlib import suppress

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.log_line import LogLine
from inkcloud.playground.console.charts import draw_charts
from inkcloud.playground.wording import error_text, escaped

SECONDS_BETWEEN_LOOKS = 3.0
_EVENTS = 30
_FEW = 4
_LINES = 300
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_EVERY_REPLICA = "All replicas"


def draw_activity(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    """Draw all three; each is looked at again and again."""
    st.subheader("Metrics", anchor=False)
    st.fragment(_draw_metrics, run_every=SECONDS_BETWEEN_LOOKS)(client, endpoint.name)
    st.subheader("Events", anchor=False)
    st.fragment(_draw_events, run_every=SECONDS_BETWEEN_LOOKS)(client, endpoint)
    st.subheader("Logs", anchor=False)
    names = [_EVERY_REPLICA, *(each.name for each in endpoint.replicas)]
    chosen = st.selectbox("Replica", names, key="log_replica", label_visibility="collapsed")
    replica = "" if chosen == _EVERY_REPLICA else chosen
    st.fragment(_draw_logs, run_every=SECONDS_BETWEEN_LOOKS)(client, endpoint.name, replica)


def draw_latest_events(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    """Draw the newest few events, for someone who waits for an endpoint to start."""
    with suppress(InkcloudError):
        events = own_events(client.events(endpoint.name, _FEW), endpoint)
        st.markdown("\n".join(map(event_line, events)))


def own_events(events: tuple[EndpointEvent, ...], endpoint: EndpointStatus) -> list[EndpointEvent]:
    """Return an endpoint's events, oldest first, without those of an earlier one of its name."""
    since = endpoint.created
    own = [event for event in events if since is None or event.at >= since]
    return sorted(own, key=lambda event: (event.at, event.sequence))


def event_line(event: EndpointEvent) -> str:
    """Return an event as a line of Markdown."""
    words = event.text or event.kind.replace("_", " ")
    return f"- `{event.at.astimezone():%H:%M:%S}` {escaped(words)}"


def log_text(lines: tuple[LogLine, ...]) -> str:
    """Return lines of a log as one text, each with its time unless it tells that itself."""
    return "\n".join(
        line.text if _DATED.match(line.text) else f"{line.at.astimezone():%H:%M:%S} {line.text}"
        for line in lines
    )


def _draw_metrics(client: InkcloudClient, name: str) -> None:
    try:
        draw_charts(client.metrics(name))
    except InkcloudError as error:
        st.caption(error_text(error))


def _draw_events(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    try:
        events = client.events(endpoint.name, _EVENTS)
    except InkcloudError as error:
        st.caption(error_text(error))
        return
    newest_first = own_events(events, endpoint)[::-1]
    with st.container(key="events", height=260):
        if not newest_first:
            st.caption("Nothing has happened yet.")
        else:
            st.markdown("\n".join(map(event_line, newest_first)))


def _draw_logs(client: InkcloudClient, name: str, replica: str) -> None:
    try:
        lines = client.logs(name, replica, _LINES)
    except InkcloudError as error:
        st.caption(error_text(error))
        return
    with st.container(key="logs"):
        if lines:
            st.code(log_text(lines), language=None, height=320)
        else:
            st.caption("The replicas have written nothing yet.")
