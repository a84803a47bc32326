"""The playground for Streamlit Community Cloud, against an endpoint that its secrets name.

Secrets, or else environment variables: INKCLOUD_URL, INKCLOUD_ENDPOINT, INKCLOUD_TOKEN; for a
team that signs in, INKCLOUD_ALLOW and the section [auth]. docs/sharing.md says more. The page
needs what requirements.txt beside it lists, and nothing else of Inkcloud's.
"""

import os
import sys
from pathlib import Path

SOURCE = str(Path(__file__).with_name("src"))


def main() -> None:
    """Draw the page; whoever opens it sees their own runs only."""
    if SOURCE not in sys.path:
        sys.path.insert(0, SOURCE)
    from inkcloud.playground.app import show

    show(os.environ, personal=False)


if __name__ == "__main__":
    main()
