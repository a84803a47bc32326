"""One endpoint: how it stands, try it, connect to it, watch it, change it."""

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.errors import InkcloudError, NotFound, Unavailable
from inkcloud.playground.console import place
from inkcloud.playground.console.activity import draw_activity, draw_latest_events
from inkcloud.playground.console.connecting import draw_connecting
from inkcloud.playground.console.methods import template_of
from inkcloud.playground.console.settings_form import draw_settings
from inkcloud.playground.console.states import replicas_text, state_text
from inkcloud.playground.console.trying import draw_try
from inkcloud.playground.wording import error_text, escaped

SECONDS_BETWEEN_LOOKS = 2.0
VIEWS = ("Try it", "Connect", "Activity", "Settings")


def draw_endpoint_page(client: InkcloudClient, name: str) -> None:
    """Draw an endpoint's page."""
    if st.button("All endpoints", key="back", icon=":material/arrow_back:", type="tertiary"):
        place.go()
    try:
        endpoint = client.get_endpoint(name)
    except Unavailable as error:
        st.warning(
            f"{error_text(error)} Reload the page to try again.", icon=":material/power_off:"
        )
        return
    except NotFound:
        st.error(f"There is no endpoint called {escaped(name)}. It may have been deleted.")
        return
    except InkcloudError as error:
        st.error(error_text(error))
        return
    st.title(escaped(endpoint.name), anchor=False)
    if endpoint.display_name:
        st.caption(escaped(endpoint.display_name))
    st.fragment(_draw_state, run_every=SECONDS_BETWEEN_LOOKS)(client, endpoint)
    _draw_view(client, endpoint, _chosen_view())


def _draw_state(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    """Draw the state as it is now; when it has changed, the whole page is drawn anew."""
    try:
        now = client.get_endpoint(endpoint.name)
    except NotFound:
        st.rerun()
    except InkcloudError as error:
        st.warning(f"{error_text(error)} This page keeps trying.", icon=":material/power_off:")
        return
    if now.state != endpoint.state:
        st.rerun()
    text = state_text(now.state)
    with st.container(horizontal=True, vertical_alignment="center", key="state"):
        st.badge(text.word, icon=text.icon, color=text.colour)
        if now.public:
            st.badge("Public", icon=":material/public:", color="orange")
        else:
            st.badge("Private", icon=":material/lock:", color="gray")
        st.caption(_load_text(now), width="content")
        st.space("stretch")
        _draw_pause_or_start(client, now)
    st.caption(text.sentence)
    if now.state == "starting":
        draw_latest_events(client, now)
    for replica in now.replicas:
        if replica.reason and replica.phase != "ready":
            st.warning(f"{escaped(replica.name)}: {escaped(replica.reason)}")


def _draw_pause_or_start(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    act = client.start_endpoint if endpoint.paused else client.pause_endpoint
    word, icon = ("Start", "play_arrow") if endpoint.paused else ("Pause", "pause")
    if st.button(word, key="pause_or_start", icon=f":material/{icon}:"):
        try:
            act(endpoint.name)
        except InkcloudError as error:
            st.error(error_text(error))
        else:
            st.rerun()


def _load_text(endpoint: EndpointStatus) -> str:
    parts = [replicas_text(endpoint)]
    if endpoint.in_flight or endpoint.waiting:
        parts.append(f"{endpoint.in_flight} requests at work, {endpoint.waiting} waiting")
    return " · ".join(parts)


def _chosen_view() -> str:
    """Return the view that is looked at; the browser keeps it in the address, as `view`."""
    chosen = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        key="view",
        label_visibility="collapsed",
        required=True,
        bind="query-params",
    )
    return str(chosen or VIEWS[0])


def _draw_view(client: InkcloudClient, endpoint: EndpointStatus, view: str) -> None:
    match view:
        case "Connect":
            draw_connecting(client, endpoint, template_of(client, endpoint))
        case "Activity":
            draw_activity(client, endpoint)
        case "Settings":
            draw_settings(client, endpoint)
        case _:
            draw_try(client, endpoint, template_of(client, endpoint))
