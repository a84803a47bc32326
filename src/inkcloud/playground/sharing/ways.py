"""The commands, settings and badges that let others in, as text to copy."""

import json
import shlex
from urllib.parse import urlsplit

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.sharing.team import ALLOW, Team

APP_EXAMPLE = "https://our-playground.streamlit.app"
GATEWAY_EXAMPLE = "https://pictures.example.org"
CALLBACK = "/oauth2callback"
BADGE = "https://static.streamlit.io/badges/streamlit_badge_black_white.svg"
PROVIDERS = {
    "Google": "https://accounts.google.com/.well-known/openid-configuration",
    "Microsoft": "https://login.microsoftonline.com/TENANT/v2.0/.well-known/openid-configuration",
    "Another": "https://sign-in.example.org/.well-known/openid-configuration",
}


def network_command() -> str:
    """Return the command that lets the network in."""
    return "inkcloud up --host 0.0.0.0"


def private_command(endpoint: str) -> str:
    """Return the command that makes an endpoint ask for a token."""
    return f"inkcloud endpoints update {shlex.quote(endpoint)} --private"


def token_command(endpoint: str, name: str) -> str:
    """Return the command that makes a token for one endpoint, for drawing only."""
    return (
        f"inkcloud tokens create --name {shlex.quote(name)} --scope predict "
        f"--endpoint {shlex.quote(endpoint)} --expires 90d"
    )


def cloud_secrets(gateway: str, endpoint: str) -> str:
    """Return the secrets of a page on Streamlit Community Cloud, as TOML."""
    return "\n".join(
        (
            f"INKCLOUD_URL = {_quoted(gateway)}",
            f"INKCLOUD_ENDPOINT = {_quoted(endpoint)}",
            'INKCLOUD_TOKEN = "ink_..."',
        )
    )


def badge(app: str) -> str:
    """Return the badge "Open in Streamlit" for a README, as Markdown."""
    return f"[![Open in Streamlit]({BADGE})]({app})"


def team_secrets(app: str, metadata: str, allowed: str, cookie_secret: str) -> str:
    """Return the secrets that ask people to sign in, as TOML.

    Args:
        app: the page's address.
        metadata: the address of the provider's description of itself.
        allowed: addresses and domains with commas between them.
        cookie_secret: random text that signs the cookie.

    Raises:
        InvalidRequest: if `allowed` holds something else.
    """
    team = Team.from_settings({ALLOW: allowed})
    listed = ", ".join(_quoted(entry) for entry in sorted(team.people) + sorted(team.domains))
    lines = [
        f"{ALLOW} = [{listed}]",
        "",
        "[auth]",
        f"redirect_uri = {_quoted(app + CALLBACK)}",
        f"cookie_secret = {_quoted(cookie_secret)}",
        'client_id = "what the provider gave you"',
        'client_secret = "what the provider gave you"',
        f"server_metadata_url = {_quoted(metadata)}",
    ]
    return "\n".join(lines)


def checked_address(text: str, example: str, field: str) -> str:
    """Return an address of a site without a slash at its end.

    Raises:
        InvalidRequest: if it is none of HTTP.
    """
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
        known = known and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known or not address.isprintable() or any(c in address for c in " \"'<>()[]\\?#"):
        raise InvalidRequest(
            "This is not the address of a site.",
            field=field,
            value=text,
            allowed=f"an address such as {example}",
        )
    return address


def _quoted(text: str) -> str:
    """Return a string of TOML, whose escapes are those of JSON."""
    return json.dumps(text)
