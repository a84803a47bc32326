"""The door: people sign in by OpenID Connect and are on the list, or see why not."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground.sharing.team import ALLOW, Team
from inkcloud.playground.wording import error_text, escaped

AUTH = "auth"
_SHORTEST_COOKIE_SECRET = 32
_PROVIDER_SETTINGS = ("client_id", "client_secret", "server_metadata_url")


def asks_who(secrets: Mapping[str, Any]) -> bool:
    """Say whether the secrets want people to sign in."""
    return AUTH in secrets or bool(secrets.get(ALLOW))


def signed_in_as() -> str:
    """Return the address that the person has signed in with; "" where nobody signs in."""
    return str(st.user.get("email") or "").casefold() if st.user.get("is_logged_in") else ""


def draw_gate(secrets: Mapping[str, Any]) -> bool:
    """Say whether the person may go on; if not, draw what they can do.

    Args:
        secrets: the page's secrets, with Streamlit's `[auth]` and `INKCLOUD_ALLOW`.
    """
    if not asks_who(secrets):
        return True
    try:
        providers = sign_in_providers(secrets)
        team = Team.from_settings(secrets)
    except InkcloudError as error:
        st.title("This page is not set up yet", anchor=False)
        st.error(error_text(error))
        return False
    if not st.user.get("is_logged_in"):
        _draw_sign_in(providers)
        return False
    refusal = team.refusal(st.user.to_dict())
    if refusal is not None:
        _draw_refusal(refusal)
        return False
    _draw_person()
    return True


def sign_in_providers(secrets: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Return the names of the providers; None is the one without a name.

    Raises:
        InvalidRequest: names what is missing in `[auth]`.
    """
    section = secrets.get(AUTH)
    if not isinstance(section, Mapping):
        raise InvalidRequest(
            "The page has a list of people but no way to sign in.",
            field=AUTH,
            allowed="a section [auth] in the page's secrets, as the page Sharing writes it",
        )
    if not section.get("redirect_uri"):
        raise _missing("redirect_uri", "the page's address with /oauth2callback at its end")
    if len(str(section.get("cookie_secret", ""))) < _SHORTEST_COOKIE_SECRET:
        raise _missing("cookie_secret", f"at least {_SHORTEST_COOKIE_SECRET} random characters")
    named = {name: value for name, value in section.items() if isinstance(value, Mapping)}
    named.pop("client_kwargs", None)
    if not named or any(section.get(name) for name in _PROVIDER_SETTINGS):
        _check(section, AUTH)
        return (None, *_checked(named))
    return _checked(named)


def _checked(named: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    for name, section in named.items():
        _check(section, f"{AUTH}.{name}")
    return tuple(named)


def _check(section: Mapping[str, Any], name: str) -> None:
    for setting in _PROVIDER_SETTINGS:
        if not section.get(setting):
            raise _missing(setting, "what the provider told you", name)


def _missing(setting: str, allowed: str, section: str = AUTH) -> InvalidRequest:
    return InvalidRequest(
        f"The sign-in cannot be used: in the section [{section}] of the page's secrets, "
        f"{setting} is missing or too short.",
        allowed=allowed,
    )


def _draw_sign_in(providers: tuple[str | None, ...]) -> None:
    st.title("Sign in", anchor=False)
    st.markdown("This playground is for a team. Sign in with the address that they know you by.")
    if st.query_params:
        st.info(
            "You followed a link. Open it once more after you have signed in.",
            icon=":material/link:",
        )
    for provider in providers:
        label = "Sign in" if provider is None else f"Sign in with {provider.capitalize()}"
        if st.button(
            label,
            key="sign_in_" + (provider or "default"),
            type="primary",
            icon=":material/login:",
        ):
            st.login(provider)


def _draw_refusal(reason: str) -> None:
    st.title("You are signed in, but not on the list", anchor=False)
    st.warning(escaped(reason), icon=":material/lock:")
    st.markdown(
        "Ask whoever runs this page to add your address, then reload. If you have another "
        "address, sign out and use that one."
    )
    if st.button("Sign out", key="sign_out_team", icon=":material/logout:"):
        st.logout()


def _draw_person() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="person"):
        st.caption(f"Signed in as {escaped(str(st.user.get('email')))}", width="content")
        if st.button("Sign out", key="sign_out_team", icon=":material/logout:", type="tertiary"):
            st.logout()
