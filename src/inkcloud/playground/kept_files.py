"""The browser's part of Streamlit, its scripts, styles and fonts, served from memory."""

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".woff2": b"font/woff2",
}
# Their names hold a hash of what is in them, so a file of one name never changes.
CACHED = b"public, max-age=31536000, immutable"


class KeptFiles:
    """An ASGI application that answers for some files and passes all else on.

    A page asks for about 120 of them before it can be used. Streamlit looks up and reads each of
    them in other threads, piece by piece, every time; here the first reading is kept.

    Args:
        application: answers every other request.
        folder: the files; only those that are in it now are served, by exactly their names.
        prefix: what the paths of their addresses begin with.
    """

    def __init__(self, application: Application, folder: Path, prefix: str) -> None:
        self._application = application
        self._files = {
            f"{prefix}{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.suffix in TYPES
        }
        self._kept: dict[str, bytes] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if path not in self._files or not _asks_for_all(scope):
            await self._application(scope, receive, send)
            return
        body = self._kept.get(path)
        if body is None:
            body = self._kept[path] = self._files[path].read_bytes()
        headers = [
            (b"content-type", TYPES[self._files[path].suffix]),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", CACHED),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _asks_for_all(scope: Message) -> bool:
    """Say whether a request is for a whole file."""
    asked = {name for name, _ in scope["headers"]}
    return scope["type"] == "http" and scope["method"] == "GET" and b"range" not in asked
