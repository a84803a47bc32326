"""The endpoints that there are, and the templates to make more from."""

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground.console import place
from inkcloud.playground.console.states import replicas_text, state_text
from inkcloud.playground.wording import error_text, escaped

SECONDS_BETWEEN_LOOKS = 3.0
_COLUMNS = 2


def draw_overview(client: InkcloudClient) -> None:
    """Draw both lists; the endpoints are looked at again and again."""
    st.title("Endpoints")
    st.markdown(
        "An endpoint is a service of your own at an address of its own. Make one from a "
        "template below, try it here, then call it from your programs."
    )
    st.fragment(_draw_endpoints, run_every=SECONDS_BETWEEN_LOOKS)(client)
    st.header("Clone a quickstart template")
    try:
        templates = client.list_templates()
    except InkcloudError as error:
        st.error(error_text(error))
        return
    _draw_templates(templates)


def _draw_endpoints(client: InkcloudClient) -> None:
    try:
        endpoints = client.list_endpoints()
    except InkcloudError as error:
        st.warning(f"{error_text(error)} This page keeps trying.", icon=":material/power_off:")
        return
    if not endpoints:
        with st.container(key="no_endpoints"):
            st.info("There is no endpoint yet. Choose a template to make your first one.")
        return
    for endpoint in endpoints:
        _draw_endpoint(endpoint)


def _draw_endpoint(endpoint: EndpointStatus) -> None:
    text = state_text(endpoint.state)
    with st.container(border=True, key=f"endpoint_{endpoint.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(endpoint.name)}**", width="content")
            st.badge(text.word, icon=text.icon, color=text.colour)
            if endpoint.public:
                st.badge("Public", icon=":material/public:", color="orange")
            else:
                st.badge("Private", icon=":material/lock:", color="gray")
            st.space("stretch")
            if st.button("Open", key=f"open_{endpoint.name}", icon=":material/arrow_forward:"):
                place.go(endpoint=endpoint.name)
        made_from = (
            endpoint.display_name or endpoint.template or endpoint.service.rpartition(":")[2]
        )
        st.caption(f"{escaped(made_from)} · {replicas_text(endpoint)}")


def _draw_templates(templates: tuple[Template, ...]) -> None:
    for index, template in enumerate(templates):
        if index % _COLUMNS == 0:
            columns = st.columns(_COLUMNS)  # a row: on a phone the order stays
        with columns[index % _COLUMNS], st.container(border=True, key=f"template_{template.name}"):
            st.subheader(escaped(template.title), anchor=False)
            st.markdown(escaped(template.description))
            if st.button(
                "Try or clone",
                key=f"choose_{template.name}",
                icon=":material/content_copy:",
                width="stretch",
            ):
                place.go(template=template.name)
