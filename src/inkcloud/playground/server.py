"""The server of the pages: there sooner than `streamlit run app.py`, otherwise the same.

It runs by `python -m inkcloud.playground.server --port 8501`, and `inkcloud up` runs it. It keeps
the browser's files in memory, spares a look through all installed packages, and imports what the
first page needs while the browser loads those files.
"""

import argparse
import gc
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit
from streamlit.components.v2 import manifest_scanner
from streamlit.starlette import App

from inkcloud.playground.kept_files import KeptFiles, Message, Receive, Send

SCRIPT = Path(__file__).with_name("app.py")
_FILES = Path(streamlit.__file__).with_name("static") / "static"
# Streamlit sends what is larger than a limit, a chart say, only once, and then refers to it. When
# runs follow quickly the browser may have dropped it already, and the page stands still under
# "Cached ForwardMsg MISS". So it is to send all of it each time.
NEVER_CACHED = 2**62
# Seconds until a thread makes room for another one. With Python's own 0.005 a browser that loads
# its files meanwhile would wait so long for each of them.
_TURN = 0.0005


class Server(App):
    """Streamlit with its files in memory, which learns the first page's code while it waits."""

    def __init__(self) -> None:
        super().__init__(SCRIPT, lifespan=_warm)
        self._answer = KeptFiles(super().__call__, _FILES, "/static/")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(scope, receive, send)


@asynccontextmanager
async def _warm(_: App) -> AsyncIterator[dict[str, Any]]:
    """Import what the first page needs, while the browser loads its own part.

    Before that the server would answer later, and after it the first page would wait.
    """
    threading.Thread(target=import_pages, daemon=True).start()
    yield {}


def import_pages() -> None:
    """Import what the first page needs, and keep the collector of cycles off it from then on."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        import_module("inkcloud.playground.app")
        # Streamlit collects rings of references after each run of a script, so after each look at
        # a picture that is being drawn: let it pass over what was imported, for it stays.
        gc.freeze()
    finally:
        sys.setswitchinterval(usual)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the pages until a signal ends it."""
    settings = settings_of(arguments)
    # It would read about every installed package whether it brings components for pages.
    manifest_scanner.scan_component_manifests = list
    # Streamlit reads the settings that lie beside the script of this name.
    sys.argv = [str(SCRIPT)]
    Server().run(config=settings)


def settings_of(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Return Streamlit's settings for a command line; None is this process's own."""
    options = _options(arguments)
    settings: dict[str, Any] = {
        "server.address": options.address,
        "server.port": options.port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.showEmailPrompt": False,
        "browser.gatherUsageStats": False,
        "global.developmentMode": False,
        "global.minCachedMessageSize": NEVER_CACHED,
        "logger.hideWelcomeMessage": True,
    }
    if options.secrets is not None:
        settings["secrets.files"] = [options.secrets]
    if options.allow_host:
        settings["server.allowedHosts"] = options.allow_host
        settings["browser.serverAddress"] = options.allow_host[0]
    return settings


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="inkcloud.playground.server")
    parser.add_argument("--address", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8501, help="the port to listen on")
    parser.add_argument("--secrets", help="a TOML file with who may sign in, and how")
    parser.add_argument(
        "--allow-host",
        action="append",
        help="a name by which browsers may reach it; may be given more than once",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
