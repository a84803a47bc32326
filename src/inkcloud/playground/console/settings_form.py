"""Change an endpoint, or delete it."""

from typing import Any

import streamlit as st

from inkcloud.client import EndpointStatus, InkcloudClient
from inkcloud.domain.endpoint import CONCURRENCY, REPLICAS, TEXT_LENGTH, TIMEOUT_SECONDS
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground import fields
from inkcloud.playground.console import place
from inkcloud.playground.wording import error_text, escaped


def draw_settings(client: InkcloudClient, endpoint: EndpointStatus) -> None:
    """Draw the form, and the button that deletes."""
    with st.form("settings"):
        held = _draw_fields(endpoint)
        wanted = st.form_submit_button("Save", key="save_settings", type="primary")
    if wanted:
        _save(client, endpoint, held)
    if st.session_state.pop("settings_saved", False):
        st.success("Saved. Requests under way were not disturbed.", icon=":material/check_circle:")
    st.subheader("Delete", anchor=False)
    st.markdown("Its replicas stop, its address answers no more, and its jobs are forgotten.")
    if st.button("Delete this endpoint…", key="delete_endpoint", icon=":material/delete:"):
        st.dialog("Delete the endpoint?")(_confirm_deletion)(client, endpoint.name)


def changes_of(endpoint: EndpointStatus, held: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that differ from the endpoint's own.

    Raises:
        InvalidRequest: if a setting has no equals sign.
    """
    wanted = {**held, "environment": read_environment(held["environment"])}
    return {name: value for name, value in wanted.items() if value != getattr(endpoint, name)}


def read_environment(text: str) -> dict[str, str]:
    """Return settings written as NAME=VALUE, one on a line.

    Raises:
        InvalidRequest: names the first line without an equals sign, by its number: the line
            itself may hold a secret.
    """
    settings = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise InvalidRequest(
                f"Line {number} has no equals sign.", field="environment", allowed="NAME=VALUE"
            )
        settings[name.strip()] = value
    return settings


def _draw_fields(endpoint: EndpointStatus) -> dict[str, Any]:
    def key(name: str) -> str:
        return f"settings_{endpoint.name}_{name}"

    def number(field: fields.Field, lowest: int, highest: int, value: int) -> int:
        return int(
            st.number_input(
                field.label, lowest, highest, value, key=key(field.name), help=field.help
            )
        )

    held: dict[str, Any] = {}
    for field in (fields.DISPLAY_NAME, fields.DESCRIPTION):
        held[field.name] = st.text_input(
            field.label,
            getattr(endpoint, field.name),
            max_chars=TEXT_LENGTH,
            key=key(field.name),
            help=field.help,
        )
    left, right = st.columns(2)
    with left:
        held["min_replicas"] = number(fields.MIN_REPLICAS, *REPLICAS, endpoint.min_replicas)
        held["timeout_seconds"] = number(fields.TIMEOUT, *TIMEOUT_SECONDS, endpoint.timeout_seconds)
    with right:
        held["max_replicas"] = number(fields.MAX_REPLICAS, 1, REPLICAS[1], endpoint.max_replicas)
        held["concurrency_per_replica"] = number(
            fields.CONCURRENCY, *CONCURRENCY, endpoint.concurrency_per_replica
        )
    held["public"] = st.checkbox(
        fields.PUBLIC.label, endpoint.public, key=key("public"), help=fields.PUBLIC.help
    )
    held["environment"] = st.text_area(
        fields.ENVIRONMENT.label,
        "\n".join(f"{name}={value}" for name, value in endpoint.environment.items()),
        key=key("environment"),
        help=fields.ENVIRONMENT.help,
    )
    return held


def _save(client: InkcloudClient, endpoint: EndpointStatus, held: dict[str, Any]) -> None:
    try:
        changes = changes_of(endpoint, held)
        if changes:
            client.update_endpoint(endpoint.name, **changes)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    st.session_state["settings_saved"] = True
    st.rerun()


def _confirm_deletion(client: InkcloudClient, name: str) -> None:
    st.markdown(f"**{escaped(name)}** and its jobs will be gone. This cannot be undone.")
    with st.container(horizontal=True):
        if st.button("Delete", key="confirm_delete", type="primary"):
            try:
                client.delete_endpoint(name)
            except InkcloudError as error:
                st.error(error_text(error))
            else:
                place.go()
        if st.button("Keep it", key="keep_endpoint"):
            st.rerun()
