"""The page Tokens: make, list and revoke."""

from datetime import UTC, datetime

import streamlit as st

from inkcloud.client import InkcloudClient
from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.console.fresh_token import draw_fresh_token, keep_fresh_token
from inkcloud.playground.wording import error_text, escaped

_PLACE = "tokens"
_ALL = "All endpoints"
SCOPE_HELP = {
    Scope.PREDICT: "send requests to endpoints",
    Scope.READ: "see endpoints, their logs, events and figures",
    Scope.MANAGE: "create, change and delete endpoints and tokens",
    Scope.DEPLOY_CODE: "run code of one's own on the server: all that the server's user can do",
}
EXPIRIES: dict[str, int | None] = {
    "Never": None,
    "After an hour": 3600,
    "After a day": 86400,
    "After 30 days": 30 * 86400,
    "After a year": 365 * 86400,
}


def draw_tokens_page(client: InkcloudClient) -> None:
    """Draw the page."""
    st.title("Tokens", anchor=False)
    st.markdown(
        "A token lets a program in. Give each program its own, with no more than it needs, and "
        "you can shut one out without disturbing the others."
    )
    own = _own(client)
    if not draw_fresh_token(_PLACE):
        # A token cannot give what it does not have itself.
        _draw_form(client, sorted(own.scopes if own else ALL_SCOPES, key=list(Scope).index))
    st.header("Your tokens", anchor=False)
    try:
        tokens = client.list_tokens()
    except InkcloudError as error:
        st.error(error_text(error))
        return
    for access in sorted(tokens, key=_order):
        _draw_token(client, access, own=own is not None and access.id == own.id)


def lifetime_text(access: Access) -> str:
    """Return from when to when a token is good, and when it was last used."""
    parts = [f"created {_day(access.created)}"]
    if access.revoked is not None:
        parts.append(f"revoked {_day(access.revoked)}")
    elif access.expires is not None:
        word = "expires" if access.valid() else "expired"
        parts.append(f"{word} {_day(access.expires)}")
    used = "never used" if access.last_used is None else f"last used {_moment(access.last_used)}"
    return " · ".join([*parts, used])


def _draw_form(client: InkcloudClient, choices: list[Scope]) -> None:
    with st.form("new_token", clear_on_submit=False):
        st.subheader("Make a token", anchor=False)
        name = st.text_input("Name", key="token_name", help="To know it by in the list.")
        scopes = st.multiselect(
            "It may",
            choices,
            [Scope.PREDICT] if Scope.PREDICT in choices else [],
            format_func=lambda scope: f"{scope.value}: {SCOPE_HELP[scope]}",
            key="token_scopes",
        )
        endpoint = st.selectbox("Where", [_ALL, *_endpoint_names(client)], key="token_endpoint")
        expiry = st.selectbox("It ends", list(EXPIRIES), key="token_expiry")
        wanted = st.form_submit_button("Make the token", key="token_make", type="primary")
    if not wanted:
        return
    fields: dict[str, object] = {
        "name": name.strip(),
        "scopes": sorted(scopes),
        "endpoint": "" if endpoint == _ALL else endpoint,
    }
    if EXPIRIES[expiry] is not None:
        fields["expires_seconds"] = EXPIRIES[expiry]
    try:
        made = client.create_token(**fields)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        return
    keep_fresh_token(_PLACE, made)
    st.rerun()


def _draw_token(client: InkcloudClient, access: Access, *, own: bool) -> None:
    with st.container(border=True, key=f"token_{access.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(access.name) or 'No name'}**", width="content")
            if own:
                st.badge("Used by this page", color="blue")
            if not access.valid():
                word = "Expired" if access.revoked is None else "Revoked"
                st.badge(word, color="gray")
            st.space("stretch")
            if access.valid() and st.button(
                "Revoke…", key=f"revoke_{access.id}", icon=":material/block:"
            ):
                st.dialog("Revoke the token?")(_confirm_revocation)(client, access, own)
        st.caption(
            f"{', '.join(sorted(access.scopes))} · "
            f"{escaped(access.endpoint) or 'all endpoints'} · id {escaped(access.id)}"
        )
        st.caption(lifetime_text(access))


def _confirm_revocation(client: InkcloudClient, access: Access, own: bool) -> None:
    name = escaped(access.name or access.id)
    st.markdown(f"Whoever uses **{name}** is shut out at once. This cannot be undone.")
    if own:
        st.warning(
            "This page itself uses this token: without it you cannot manage anything here, and "
            "private endpoints answer it no more."
        )
    with st.container(horizontal=True):
        if st.button("Revoke", key="confirm_revoke", type="primary"):
            try:
                client.revoke_token(access.id)
            except InkcloudError as error:
                st.error(error_text(error))
            else:
                st.rerun()
        if st.button("Keep it", key="keep_token"):
            st.rerun()


def _endpoint_names(client: InkcloudClient) -> list[str]:
    try:
        return [endpoint.name for endpoint in client.list_endpoints()]
    except InkcloudError:
        return []


def _own(client: InkcloudClient) -> Access | None:
    try:
        return client.current_token()
    except InkcloudError:
        return None


def _order(access: Access) -> tuple[bool, float]:
    return not access.valid(), -access.created.timestamp()


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
