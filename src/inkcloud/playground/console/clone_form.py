"""The form that makes an endpoint from a template."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.endpoint import (
    DEFAULT_MAX_REPLICAS,
    DEFAULT_MIN_REPLICAS,
    DEFAULT_TIMEOUT_SECONDS,
    REPLICAS,
    TIMEOUT_SECONDS,
)
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground import fields
from inkcloud.playground.console import place
from inkcloud.playground.wording import error_text

_MODEL = "INKCLOUD_MODEL"


def draw_clone_form(client: InkcloudClient, template: Template) -> None:
    """Draw the form; its button makes the endpoint and opens it."""
    with st.form("clone", border=True):
        name = st.text_input(
            fields.ENDPOINT_NAME.label,
            f"my-{template.name}",
            key="clone_name",
            help=fields.ENDPOINT_NAME.help,
        )
        model = _draw_model(client, template)
        left, middle, right = st.columns(3)
        min_replicas = left.number_input(
            fields.MIN_REPLICAS.label,
            REPLICAS[0],
            REPLICAS[1],
            DEFAULT_MIN_REPLICAS,
            key="clone_min_replicas",
            help=fields.MIN_REPLICAS.help,
        )
        max_replicas = middle.number_input(
            fields.MAX_REPLICAS.label,
            1,
            REPLICAS[1],
            DEFAULT_MAX_REPLICAS,
            key="clone_max_replicas",
            help=fields.MAX_REPLICAS.help,
        )
        timeout_seconds = right.number_input(
            fields.TIMEOUT.label,
            TIMEOUT_SECONDS[0],
            TIMEOUT_SECONDS[1],
            DEFAULT_TIMEOUT_SECONDS,
            key="clone_timeout_seconds",
            help=fields.TIMEOUT.help,
        )
        public = st.checkbox(fields.PUBLIC.label, key="clone_public", help=fields.PUBLIC.help)
        wanted = st.form_submit_button("Clone", key="clone_button", type="primary")
    if not wanted:
        return
    try:
        made = client.create_endpoint(
            name.strip(),
            template=template.name,
            min_replicas=min_replicas,
            max_replicas=max_replicas,
            timeout_seconds=timeout_seconds,
            public=public,
            **({} if model is None else {"model": model}),
        )
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    place.go(endpoint=made.name)


def _draw_model(client: InkcloudClient, template: Template) -> str | None:
    """Draw the choice of a model; None for a template that takes none, or no choice."""
    own = template.environment.get(_MODEL)
    if own is None:
        return None
    try:
        names = [model.name for model in client.list_models()]
    except InkcloudError:
        return None  # a token that may not look at models clones with the template's own
    if own not in names:
        return None
    return st.selectbox(
        fields.MODEL.label, names, names.index(own), key="clone_model", help=fields.MODEL.help
    )
