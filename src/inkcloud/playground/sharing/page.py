"""The page Sharing: each way to let others in, with what to type for this endpoint."""

import secrets
from urllib.parse import urlencode, urlsplit

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.connection import Connection, only_for_this_machine
from inkcloud.playground.link import generate_query
from inkcloud.playground.opening import shared_client
from inkcloud.playground.presets import DEFAULT_PROMPT, PRESETS
from inkcloud.playground.sharing import ways
from inkcloud.playground.wording import error_text

_COOKIE_SECRET = "sharing_cookie_secret"


def draw_sharing_page(connection: Connection) -> None:
    """Draw the page; it shows no token and changes nothing."""
    st.title("Sharing", anchor=False)
    st.markdown(
        "Five ways to let others draw, from nobody at all to a whole team. Copy what you need: "
        "the commands are written for the endpoint that this page uses."
    )
    _draw_facts(connection)
    _draw_this_machine()
    _draw_network(connection.endpoint)
    _draw_cloud(connection.endpoint)
    _draw_team()
    _draw_link()


def _draw_facts(connection: Connection) -> None:
    gateway = f"Gateway `{connection.url}`, endpoint `{connection.endpoint}`"
    try:
        facts = shared_client(connection).endpoint_info()
    except InkcloudError as error:
        st.caption(gateway + ".")
        st.warning(error_text(error), icon=":material/power_off:")
        return
    access = (
        "public: whoever reaches it can draw"
        if facts.get("public")
        else "private: each request needs a token"
    )
    st.caption(f"{gateway}, {access}.")


def _draw_this_machine() -> None:
    st.header("On this machine only", anchor=False)
    st.markdown(
        "This is how Inkcloud starts. Nobody else can open the page or the endpoint, and nothing "
        "leaves the machine."
    )
    _code("up", "inkcloud up")
    host = urlsplit(st.context.url or "").hostname or ""
    if host and not only_for_this_machine(host):
        st.caption(f"You have opened this page at `{host}`, where others can open it too.")


def _draw_network(endpoint: str) -> None:
    st.header("In the same network", anchor=False)
    st.markdown(
        "Start Inkcloud for every network of this machine. Others then open the playground by "
        "this machine's name and port 8501. Only do so in a network that you trust, or let people "
        "sign in, as below: whoever reaches the playground can draw with it."
    )
    _code("network", ways.network_command())
    st.markdown(
        "The endpoint `text2image` is private then. Make every other one private too, and give "
        "each program a token of its own, which draws with this endpoint and can do nothing else:"
    )
    _code("private", ways.private_command(endpoint))
    _code("token", ways.token_command(endpoint, "Ada"))


def _draw_cloud(endpoint: str) -> None:
    st.header("On Streamlit Community Cloud", anchor=False)
    st.markdown(
        "The page runs at Streamlit, the pictures are drawn on your machine. So your gateway "
        "needs an address that the internet can reach, by HTTPS, from a reverse proxy or a "
        "tunnel to its port 8000; the endpoint must be private.\n"
        "1. Put your copy of Inkcloud on GitHub.\n"
        "2. Choose **Create app** at [share.streamlit.io](https://share.streamlit.io), your "
        "repository, and `streamlit_app.py` as main file. `requirements.txt` beside it is all "
        "that is installed: no model and no torch.\n"
        "3. Make a token for the page and paste these secrets under **Advanced settings**, with "
        "the token in place of the dots."
    )
    gateway = _address("The gateway's address on the internet", "gateway", ways.GATEWAY_EXAMPLE)
    _code("cloud_token", ways.token_command(endpoint, "Community Cloud"))
    if gateway is not None:
        _code("cloud_secrets", ways.cloud_secrets(gateway, endpoint), "toml")
    st.markdown("A badge in your README leads people to the app:")
    app = _address("The app's address", "badge_app", ways.APP_EXAMPLE)
    if app is not None:
        _code("badge", ways.badge(app), "markdown")


def _draw_team() -> None:
    st.header("A team that signs in", anchor=False)
    st.markdown(
        "People sign in with an account that they have (OpenID Connect: Google, Microsoft, Okta, "
        "Keycloak and others), and only those on your list are let in.\n"
        "1. Register an application at the provider, with the address of `redirect_uri` below.\n"
        "2. Put the following into the secrets of the app on Community Cloud, or, for "
        "`inkcloud up`, into the file `playground-secrets.toml` in the data folder; then start "
        "it again."
    )
    with st.container(horizontal=True, key="team_fields"):
        provider = st.selectbox("Provider", list(ways.PROVIDERS), key="team_provider")
        allowed = st.text_input(
            "Who may sign in",
            "ada@example.org, example.com",
            key="team_allowed",
            help="Addresses, and domains for all their addresses, with commas between them.",
        )
    app = _address("The page's address", "team_app", _own_address() or ways.APP_EXAMPLE)
    if app is not None:
        secret = st.session_state.setdefault(_COOKIE_SECRET, secrets.token_urlsafe(32))
        try:
            text = ways.team_secrets(app, ways.PROVIDERS[provider], allowed, secret)
        except InkcloudError as error:
            st.error(error_text(error))
        else:
            _code("team_secrets", text, "toml")
    st.caption(
        "The cookie secret was made for you just now and is kept nowhere. The provider must say "
        "that an address is verified. If your company's own provider never says so, add "
        '`INKCLOUD_TRUST_EMAIL = "true"`, but only if nobody can choose their address there.'
    )


def _draw_link() -> None:
    st.header("A link to a picture's parameters", anchor=False)
    st.markdown(
        "The address of the page **Generate** can carry the prompt and all parameters. Whoever "
        "opens it, at this or any other Inkcloud with the same model, draws the same pictures. "
        "This one opens the three presets:"
    )
    query = generate_query(DEFAULT_PROMPT, [preset.parameters for preset in PRESETS])
    base = _own_address() or "http://localhost:8501"
    _code("link", f"{base}/?{urlencode(query)}", None)
    st.caption("It holds the prompt in plain text, and no token.")


def _own_address() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def _address(label: str, name: str, example: str) -> str | None:
    """Ask for a site's address; None, and why, while it cannot be used."""
    typed = st.text_input(label, example, key=f"sharing_{name}")
    try:
        return ways.checked_address(typed, example, label)
    except InkcloudError as error:
        st.error(error_text(error))
        return None


def _code(name: str, text: str, language: str | None = "bash") -> None:
    with st.container(key=f"share_{name}"):
        st.code(text, language=language, wrap_lines=True)
