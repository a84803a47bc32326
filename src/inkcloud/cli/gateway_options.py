"""The options of every command that asks a gateway, and the client that they lead to."""

import os
from pathlib import Path
from typing import Annotated

import typer

from inkcloud.bootstrap.settings import default_data_dir
from inkcloud.client import InkcloudClient
from inkcloud.client.target import DEFAULT_URL, Target
from inkcloud.domain.errors import InvalidRequest

TOKEN_FILE = "token"

Url = Annotated[str, typer.Option("--url", envvar="INKCLOUD_URL", help="The gateway's address.")]
AsJson = Annotated[
    bool,
    typer.Option("--json", envvar="INKCLOUD_JSON", help="Print JSON, all of it, for programs."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", envvar="INKCLOUD_YES", help="Do not ask; do it.")]
Follow = Annotated[
    bool,
    typer.Option("--follow", "-f", envvar="INKCLOUD_FOLLOW", help="Go on until Ctrl-C."),
]
DEFAULT = DEFAULT_URL


def open_client(url: str) -> InkcloudClient:
    """Return a client of the gateway, with the token that is found.

    The token is INKCLOUD_TOKEN's, else the one in the file INKCLOUD_TOKEN_FILE, else the one
    in the data folder. The last is sent to this machine's own gateway only: it belongs to
    that one, and a stranger must not get it.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    target = Target.find(url, None, "")
    token = target.token
    if token is None and target.on_this_machine:
        token = _kept_token(_data_folder() / TOKEN_FILE)
    return InkcloudClient(url, token=token)


def _data_folder() -> Path:
    named = os.environ.get("INKCLOUD_DATA_DIR")
    return Path(named).expanduser() if named else default_data_dir()


def _kept_token(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise InvalidRequest(
            "The token of this machine's gateway cannot be read.",
            field="INKCLOUD_DATA_DIR",
            value=str(path),
            allowed="a file that you may read; or set INKCLOUD_TOKEN",
        ) from None
