"""What a program needs to call an endpoint: its address, a token, a piece of code."""

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.access import Scope
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground.console import place
from inkcloud.playground.console.fresh_token import draw_fresh_token, keep_fresh_token
from inkcloud.playground.console.sent import sent_requests
from inkcloud.playground.console.snippets import snippets
from inkcloud.playground.wording import error_text

_PICTURES = "TextToImageService"


def draw_connecting(
    client: InkcloudClient, endpoint: EndpointStatus, template: Template | None
) -> None:
    """Draw the address, the token and the code."""
    st.subheader("Endpoint URL", anchor=False)
    with st.container(key="endpoint_url"):
        st.code(endpoint.url, language=None, wrap_lines=True)
    if endpoint.service.endswith(_PICTURES):
        st.caption(
            "To draw a picture, send the prompt to its `/predict`: the answer has `image_0`."
        )
    st.subheader("Token", anchor=False)
    _draw_token(client, endpoint)
    st.subheader("Code", anchor=False)
    sent = sent_requests().find(place.at("job"))
    path = sent.path if sent is not None else "/infer"
    example = dict(template.example) if template is not None else {}
    inputs = sent.inputs if sent is not None else example
    st.caption("Your last request." if sent is not None else "An example request.")
    found = snippets(endpoint.url + path, inputs, private=not endpoint.public)
    for tab, snippet in zip(st.tabs([each.title for each in found]), found, strict=True):
        with tab, st.container(key=f"snippet_{snippet.title.lower()}"):
            st.code(snippet.code, language=snippet.language, wrap_lines=True)


def _draw_token(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    if endpoint.public:
        st.markdown("The endpoint is public: requests need no token.")
        return
    if draw_fresh_token(endpoint.name):
        return
    st.markdown(
        "Requests need a token. The code below reads it from the environment variable "
        "`INKCLOUD_TOKEN`. A token made here permits requests to this endpoint and nothing else."
    )
    if st.button("Make a token for this endpoint", key="make_token", icon=":material/key:"):
        try:
            made = client.create_token(
                name=f"for {endpoint.name}", scopes=[Scope.PREDICT], endpoint=endpoint.name
            )
        except InkcloudError as error:
            st.error(error_text(error))
        else:
            keep_fresh_token(endpoint.name, made)
            st.rerun()
