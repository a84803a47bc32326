"""The playground for Streamlit Community Cloud, against an endpoint that its secrets name.

Secrets, or else environment variables: INKCLOUD_URL, INKCLOUD_ENDPOINT, INKCLOUD_TOKEN.
Of Inkcloud's requirements this page needs streamlit and httpx2 only.
"""

import os
import sys
from pathlib import Path

import streamlit as st

SOURCE = str(Path(__file__).with_name("src"))


def settings() -> dict[str, str]:
    """Return the environment with the app's secrets, which come first."""
    try:
        secrets = {name: value for name, value in st.secrets.items() if isinstance(value, str)}
    except FileNotFoundError:
        secrets = {}
    return {**os.environ, **secrets}


def main() -> None:
    """Draw the page; whoever opens it sees their own runs only."""
    if SOURCE not in sys.path:
        sys.path.insert(0, SOURCE)
    from inkcloud.playground.app import show

    show(settings(), personal=False)


if __name__ == "__main__":
    main()
