"""A token that was just made: shown once, in this open page only."""

import streamlit as st

from inkcloud.client import NewToken
from inkcloud.playground.wording import escaped

_KEY = "console_fresh_token"


def keep_fresh_token(place: str, token: NewToken) -> None:
    """Keep a token in the page's memory until it has been copied.

    Args:
        place: where it is to be shown.
        token: the token; it goes neither into the address nor into anything that lasts.
    """
    st.session_state[_KEY] = (place, token)


def draw_fresh_token(place: str) -> bool:
    """Draw the token that is to be shown here, and say whether there is one."""
    shown_at, token = st.session_state.get(_KEY, ("", None))
    if token is None or shown_at != place:
        return False
    with st.container(key="fresh_token", border=True):
        st.markdown(
            f"**Copy the token {escaped(token.access.name) or 'now'}.** It is shown only this once."
        )
        st.code(token.token, language=None, wrap_lines=True)
        st.caption("In a shell:")
        st.code(f"export INKCLOUD_TOKEN={token.token}", language="bash", wrap_lines=True)
        if st.button("I have copied it", key="forget_token", icon=":material/check:"):
            del st.session_state[_KEY]
            st.rerun()
    return True
