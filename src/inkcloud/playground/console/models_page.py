"""The page Models: what there is, and how more comes."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import Conflict, InkcloudError
from inkcloud.domain.stored_model import StoredModel
from inkcloud.playground.console.model_form import draw_model_endpoint, draw_pull_form
from inkcloud.playground.console.model_texts import bytes_text, facts_text, origin_text
from inkcloud.playground.console.operations_view import draw_operations
from inkcloud.playground.wording import error_text, escaped

_FREED = "model_freed"
_USED = "model_used"


def draw_models_page(client: InkcloudClient) -> None:
    """Draw the page."""
    st.title("Models", anchor=False)
    st.markdown(
        "A model is what draws. Inkling comes with Inkcloud; Stable Diffusion 1.x and 2.x and "
        "their fine-tunes come from a hub. An endpoint is made on a model by its name."
    )
    draw_operations(client)
    freed = st.session_state.pop(_FREED, "")
    if freed:
        st.success(freed)
    try:
        models = client.list_models()
    except InkcloudError as error:
        st.error(error_text(error))
        return
    for model in models:
        _draw_model(client, model)
    st.header("Pull a model", anchor=False)
    draw_pull_form(client)


def _draw_model(client: InkcloudClient, model: StoredModel) -> None:
    name = model.name
    with st.container(border=True, key=f"model_{name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(name)}**", width="content")
            st.badge(model.facts.family, color="blue")
            st.space("stretch")
            if st.button("Make an endpoint…", key=f"use_{name}", icon=":material/add:"):
                st.dialog("Make an endpoint on this model")(draw_model_endpoint)(client, name)
            if st.button("Verify", key=f"verify_{name}", icon=":material/verified:"):
                _verify(client, name)
            if model.origin.kind != "builtin" and st.button(
                "Remove…", key=f"remove_{name}", icon=":material/delete:"
            ):
                st.session_state.pop(_USED, None)
                st.dialog("Remove the model?")(_confirm_removal)(client, model)
        st.caption(facts_text(model))
        st.caption(origin_text(model))


def _verify(client: InkcloudClient, name: str) -> None:
    try:
        client.verify_model(name)
    except InkcloudError as error:
        st.error(error_text(error))
    else:
        st.rerun()


def _confirm_removal(client: InkcloudClient, model: StoredModel) -> None:
    name = escaped(model.name)
    what = (
        "Only the link goes; its files stay where they lie."
        if model.linked
        else f"Its files, {bytes_text(model.size)}, are deleted. It can be pulled or added again."
    )
    st.markdown(f"**{name}** will be gone. {what}")
    used = st.session_state.get(_USED, "")
    if used:
        st.warning(escaped(used))
    error = None
    with st.container(horizontal=True):
        label = "Remove it all the same" if used else "Remove"
        if st.button(label, key="confirm_remove", type="primary"):
            error = _remove(client, model, force=bool(used))
        if st.button("Keep it", key="keep_model"):
            st.rerun()
    if isinstance(error, Conflict) and not used:
        st.session_state[_USED] = error.message
        st.rerun(scope="fragment")
    if error is not None:
        st.error(error_text(error))


def _remove(client: InkcloudClient, model: StoredModel, *, force: bool) -> InkcloudError | None:
    """Remove a model and start the page anew, or return why not."""
    try:
        freed = client.remove_model(model.name, force=force)
    except InkcloudError as error:
        return error
    st.session_state[_FREED] = f"{escaped(model.name)} is removed; {bytes_text(freed)} freed."
    st.rerun()
    return None
