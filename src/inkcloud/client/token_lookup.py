"""Where a client finds its token."""

import os
from pathlib import Path

from inkcloud.domain.errors import InvalidRequest


def find_token(token: str | None) -> str | None:
    """Return the first token found; None if there is none, which suits a public endpoint.

    Looks at the argument, then at INKCLOUD_TOKEN, then into the file INKCLOUD_TOKEN_FILE.

    Raises:
        InvalidRequest: if the file cannot be read, or what was found cannot be a token. The
            error never holds the token.
    """
    found = (token or os.environ.get("INKCLOUD_TOKEN") or _from_file() or "").strip()
    if not found:
        return None
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise InvalidRequest(
            "The token holds characters that cannot be sent.",
            allowed="a token as `inkcloud up` prints it",
        )
    return found


def _from_file() -> str | None:
    path = os.environ.get("INKCLOUD_TOKEN_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidRequest(
            "The file with the token cannot be read.",
            field="INKCLOUD_TOKEN_FILE",
            value=path,
            allowed="a text file that holds the token",
        ) from None
