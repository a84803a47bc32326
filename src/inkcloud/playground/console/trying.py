"""Try a service in the page: a form, its answer, and the same request as code."""

import json
import secrets
from typing import Any

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground.console import place
from inkcloud.playground.console.answer_view import draw_answer
from inkcloud.playground.console.input_fields import draw_inputs, read_inputs
from inkcloud.playground.console.inputs import Method
from inkcloud.playground.console.methods import known_methods
from inkcloud.playground.console.sent import Sent, sent_requests
from inkcloud.playground.console.snippets import REQUEST_FILE, curl, too_long
from inkcloud.playground.wording import error_text, escaped


def draw_try(client: InkcloudClient, endpoint: EndpointStatus, template: Template | None) -> None:
    """Draw the form and what became of the last request."""
    if endpoint.state == "paused":
        st.info("The endpoint is paused and refuses requests. Start it to try it.")
        return
    known = known_methods(client, endpoint, template)
    job = place.at("job")
    sent = sent_requests().find(job) if job else None
    method = _chosen_method(known.methods, sent)
    example = template.example if template is not None and method.path == "/infer" else {}
    again = sent is not None and sent.path == method.path
    inputs = _draw_form(endpoint, method, sent.inputs if sent and again else example, example)
    if not known.by_itself:
        st.caption(
            "The service tells its inputs once it runs; until then the form has those of an "
            "example."
        )
    if inputs is not None:
        _send(client, endpoint, Sent(path=method.path, inputs=inputs))
    if job:
        draw_answer(client, endpoint.name, job)
    if sent is not None:
        _draw_as_code(endpoint, sent)


def _chosen_method(methods: tuple[Method, ...], sent: Sent | None) -> Method:
    if len(methods) == 1:
        return methods[0]
    paths = [method.path for method in methods]
    index = paths.index(sent.path) if sent is not None and sent.path in paths else 0
    chosen = st.selectbox("Method", paths, index, key="try_method")
    return methods[paths.index(chosen)]


def _draw_form(
    endpoint: EndpointStatus, method: Method, first: dict[str, Any], example: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the request's body when its button was pressed."""
    prefix = f"try_{endpoint.name}_{method.path.strip('/').replace('/', '_')}"
    with st.form(f"{prefix}_form"):
        if method.description:
            st.caption(escaped(method.description))
        held = draw_inputs(prefix, method, first, example)
        wanted = st.form_submit_button(
            "Send", key="try_send", type="primary", icon=":material/send:"
        )
    if not wanted:
        return None
    try:
        return read_inputs(method, held, example)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return None


def _send(client: InkcloudClient, endpoint: EndpointStatus, sent: Sent) -> None:
    try:
        job = client.infer_async(
            sent.inputs, endpoint.name, sent.path, idempotency_key=secrets.token_hex(16)
        )
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    sent_requests().keep(job.id, sent)
    place.note(job=job.id)
    st.rerun()


def _draw_as_code(endpoint: EndpointStatus, sent: Sent) -> None:
    with st.expander("The same request with curl", icon=":material/terminal:"):
        command = curl(endpoint.url + sent.path, sent.inputs, private=not endpoint.public)
        st.code(command, language="bash", wrap_lines=True)
        if too_long(sent.inputs):
            st.download_button(
                f"Download {REQUEST_FILE}",
                json.dumps(sent.inputs),
                file_name=REQUEST_FILE,
                mime="application/json",
                on_click="ignore",
                key="try_download_request",
            )
