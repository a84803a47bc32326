"""One template: try it, then clone it."""

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.errors import Conflict, InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground.console import place
from inkcloud.playground.console.clone_form import draw_clone_form
from inkcloud.playground.console.states import state_text
from inkcloud.playground.console.trying import draw_try
from inkcloud.playground.wording import error_text, escaped

TEMPORARY = "try-"
TEMPORARY_SECONDS = 60
_USABLE = ("running", "starting", "idle")


def draw_template_page(client: InkcloudClient, name: str) -> None:
    """Draw a template's page."""
    if st.button("All endpoints", key="back", icon=":material/arrow_back:", type="tertiary"):
        place.go()
    try:
        template = client.get_template(name)
        endpoints = client.list_endpoints()
    except InkcloudError as error:
        st.error(error_text(error))
        return
    st.title(escaped(template.title), anchor=False)
    st.markdown(escaped(template.description))
    st.header("Try it", anchor=False)
    endpoint = one_to_try(endpoints, template)
    if endpoint is None:
        _offer_temporary(client, template)
    else:
        _draw_where(client, endpoint)
        draw_try(client, endpoint, template)
    st.header("Ready to use it? Clone it", anchor=False)
    draw_clone_form(client, template)


def one_to_try(endpoints: tuple[EndpointStatus, ...], template: Template) -> EndpointStatus | None:
    """Return the endpoint that answers soonest in a template's way; None if none answers."""
    alike = [
        endpoint
        for endpoint in endpoints
        if endpoint.state in _USABLE
        and (endpoint.template == template.name or endpoint.service == template.service)
    ]
    return min(alike, key=lambda endpoint: _USABLE.index(endpoint.state), default=None)


def _draw_where(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    text = state_text(endpoint.state)
    name = escaped(endpoint.name)
    if not endpoint.name.startswith(TEMPORARY):
        st.caption(f"Your requests go to your endpoint **{name}**. {text.sentence}")
        return
    st.caption(
        f"Your requests go to the temporary endpoint **{name}**. {text.sentence} It stops "
        f"{TEMPORARY_SECONDS} seconds after the last request."
    )
    if st.button("Delete the temporary endpoint", key="delete_temporary", type="tertiary"):
        try:
            client.delete_endpoint(endpoint.name)
        except InkcloudError as error:
            st.error(error_text(error))
        else:
            st.rerun()


def _offer_temporary(client: InkcloudClient, template: Template) -> None:
    st.info(
        "A template by itself runs nowhere, and no endpoint of it can answer now. A temporary "
        "one can: it is private, starts one replica at your first request, and stops it "
        f"{TEMPORARY_SECONDS} seconds after the last. It stays in your list until you delete it."
    )
    if not st.button("Start a temporary endpoint", key="start_temporary"):
        return
    try:
        make_temporary(client, template.name)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
    else:
        st.rerun()


def make_temporary(client: InkcloudClient, template: str) -> None:
    """Make a template's temporary endpoint, or start the one that is there.

    Raises:
        InkcloudError: if it cannot be made.
    """
    name = (TEMPORARY + template)[:63].rstrip("-")
    try:
        client.create_endpoint(
            name,
            template=template,
            min_replicas=0,
            max_replicas=1,
            timeout_seconds=TEMPORARY_SECONDS,
            description="Made to try the template; delete it when you like.",
        )
    except Conflict:
        client.start_endpoint(name)
