"""Whose token the console works with."""

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError, InvalidRequest, Unauthorized
from inkcloud.playground.connection import Connection
from inkcloud.playground.wording import error_text

_KEY = "console_client"
_FIELD = "sign_in_token"


def draw_sign_in(connection: Connection, own: InkcloudClient) -> InkcloudClient | None:
    """Return the client to manage with, or draw a form that asks for a token and return None.

    On a person's own machine the page uses the token that `inkcloud up` gave it. A page that
    others can open must not lend them that token: whoever opens it brings their own. It is
    kept in the page's memory only, so a reload asks again.

    Args:
        connection: where the gateway is, and whether the page is for one person only.
        own: the client with the page's own token.
    """
    if connection.personal and own.has_token:
        return own
    known: InkcloudClient | None = st.session_state.get(_KEY)
    if known is not None:
        _draw_sign_out()
        return known
    st.info(
        "This page needs a token of your own. `inkcloud up` printed one, "
        "and `inkcloud tokens create` makes more. This page forgets it when you reload.",
        icon=":material/key:",
    )
    with st.form("sign_in", border=False):
        token = st.text_input("Token", type="password", key=_FIELD, autocomplete="off")
        wanted = st.form_submit_button("Sign in", type="primary", key="sign_in_button")
    if wanted:
        try:
            st.session_state[_KEY] = _checked(connection, token.strip())
        except InkcloudError as error:
            st.error(error_text(error))
        else:
            st.rerun()
    return None


def _checked(connection: Connection, token: str) -> InkcloudClient:
    if not token:
        raise InvalidRequest("The token is missing.", allowed="a token as `inkcloud up` prints it")
    client = InkcloudClient(connection.url, token=token, endpoint=connection.endpoint)
    try:
        client.current_token()
    except InkcloudError as error:
        client.close()
        if isinstance(error, Unauthorized):
            message = "The gateway does not know this token, or it is no longer valid."
            raise Unauthorized(message) from None
        raise
    return client


def _draw_sign_out() -> None:
    if st.button("Sign out", key="sign_out", icon=":material/logout:", type="tertiary"):
        client: InkcloudClient = st.session_state.pop(_KEY)
        client.close()
        st.rerun()
