"""The forms that pull a model and make an endpoint on one."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground import fields
from inkcloud.playground.wording import error_text

TEMPLATE = "text-to-image"
MADE = "endpoint_made_on_model"
_AS_IT_SAYS = "As the model says"
_PREDICTIONS = {
    _AS_IT_SAYS: "",
    "epsilon (1.x, 2.x base)": "epsilon",
    "v prediction (2.x at 768)": "v_prediction",
}


def draw_pull_form(client: InkcloudClient) -> None:
    """Draw the form; its button begins a pull, which is then seen above."""
    with st.form("pull", border=True):
        id = st.text_input(
            fields.HUB_ID.label,
            key="pull_id",
            placeholder="someone/some-model",
            help=fields.HUB_ID.help,
        )
        with st.expander("More"):
            left, right = st.columns(2)
            name = left.text_input(
                fields.MODEL_NAME.label, key="pull_name", help=fields.MODEL_NAME.help
            )
            revision = right.text_input(
                fields.REVISION.label, key="pull_revision", help=fields.REVISION.help
            )
            file = left.text_input(
                fields.MODEL_FILE.label, key="pull_file", help=fields.MODEL_FILE.help
            )
            prediction = right.selectbox(
                fields.PREDICTION.label,
                list(_PREDICTIONS),
                key="pull_prediction",
                help=fields.PREDICTION.help,
            )
        st.caption(
            "Only safetensors are fetched, and only what the model needs. The hub, and the token "
            "for what is not public, are the gateway's: `INKCLOUD_HUB_URL` and "
            "`INKCLOUD_HUB_TOKEN` of `inkcloud up`."
        )
        wanted = st.form_submit_button(
            "Pull", key="pull_button", type="primary", icon=":material/download:"
        )
    if not wanted:
        return
    given = {"name": name, "revision": revision, "file": file}
    chosen = {key: value.strip() for key, value in given.items() if value.strip()}
    if _PREDICTIONS[prediction]:
        chosen["prediction"] = _PREDICTIONS[prediction]
    try:
        client.pull_model(id.strip(), **chosen)
    except InkcloudError as error:
        if error.field == fields.MODEL_NAME.name:  # an endpoint's has the same
            error.field = fields.MODEL_NAME.label
        st.error(error_text(error), icon=":material/warning:")
    else:
        st.rerun()


def draw_model_endpoint(client: InkcloudClient, model: str) -> None:
    """Draw the dialog that makes an endpoint on a model and opens it."""
    st.markdown(
        "It starts a replica at its first request, and stops it when there was nothing to do for "
        "five minutes. It is private; its settings say more."
    )
    name = st.text_input(
        fields.ENDPOINT_NAME.label, model, key="model_endpoint", help=fields.ENDPOINT_NAME.help
    )
    with st.container(horizontal=True):
        if st.button("Make it", key="make_model_endpoint", type="primary"):
            try:
                made = client.create_endpoint(name.strip(), template=TEMPLATE, model=model)
            except InkcloudError as error:
                st.error(error_text(error), icon=":material/warning:")
            else:
                st.session_state[MADE] = made.name
                st.rerun()
        if st.button("Not now", key="no_model_endpoint"):
            st.rerun()
