"""What an endpoint's service can be asked, as far as the page can know it now."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.template import Template
from inkcloud.playground.console.inputs import Method, method_of_example, read_methods

_KEY = "console_methods"


@dataclass(frozen=True)
class Known:
    """The methods of a service.

    Attributes:
        methods: at least one.
        by_itself: whether the service has told them; else they are made from an example.
    """

    methods: tuple[Method, ...]
    by_itself: bool


def known_methods(
    client: InkcloudClient, endpoint: EndpointStatus, template: Template | None
) -> Known:
    """Return an endpoint's methods.

    A service is asked only while it runs: looking at a page must start nothing. What it said
    is kept for as long as the page is open.
    """
    kept: dict[Any, Known] = st.session_state.setdefault(_KEY, {})
    key = (endpoint.name, endpoint.service, endpoint.created)
    if key in kept:
        return kept[key]
    methods: tuple[Method, ...] = ()
    if endpoint.state == "running":
        try:
            methods = read_methods(client.openapi(endpoint.name))
        except InkcloudError:
            # It has just gone, or describes nothing: the example does.
            methods = ()
    if methods:
        kept[key] = Known(methods, by_itself=True)
        return kept[key]
    example = dict(template.example) if template is not None else {}
    return Known((method_of_example("/infer", example),), by_itself=False)


def template_of(client: InkcloudClient, endpoint: EndpointStatus) -> Template | None:
    """Return the template that an endpoint was made from, else one of the same service."""
    try:
        templates = client.list_templates()
    except InkcloudError:
        return None
    named = [each for each in templates if each.name == endpoint.template]
    alike = [each for each in templates if each.service == endpoint.service]
    return next(iter([*named, *alike]), None)
