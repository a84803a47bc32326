"""The page's secrets, as Streamlit keeps them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from inkcloud.domain.errors import InvalidRequest


def page_secrets() -> Mapping[str, Any]:
    """Return the secrets; none where there is no file of them.

    Raises:
        InvalidRequest: if there is a file that cannot be read. It may say who is let in, so
            going on without it would let everybody in.
    """
    try:
        return st.secrets.to_dict()
    except (OSError, UnicodeError):  # Streamlit says by an OSError that the file is not TOML
        found = [path for path in st.get_option("secrets.files") if Path(path).exists()]
        if not found:
            return {}
        raise InvalidRequest(
            "The page's secrets cannot be read.",
            field="secrets",
            value=Path(found[0]).name,
            allowed="a file in the form TOML; mend it and start the page again",
        ) from None


def setting_secrets(secrets: Mapping[str, Any]) -> dict[str, str]:
    """Return the secrets that are settings: those that are text."""
    return {name: value for name, value in secrets.items() if isinstance(value, str)}
