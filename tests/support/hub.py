"""A hub of models on loopback that speaks the real one's protocol.

Repositories have commits and branches; small files are sent by the hub itself, large ones by
a second server on another port, to which the first one redirects. What was asked and how much
was sent is kept, and a file can be cut short, damaged or sent slowly.
"""

import hashlib
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = 8 * 1024  # the size from which a file is kept as LFS keeps it
PIECE = 16 * 1024
_API = re.compile(r"/api/models/(?P<id>[^/]+(?:/[^/]+)?)(?:/revision/(?P<revision>[^/]+))?")
_FILE = re.compile(r"/(?P<id>[^/]+(?:/[^/]+)?)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass
class Asked:
    """One request that a server answered, and what it sent."""

    method: str
    path: str
    range: str
    authorization: str
    status: int = 0
    sent: int = 0
    large: bool = False


@dataclass
class HubRepository:
    """Commits of files, and branches that name them."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    licence: str = "openrail++"
    gated: bool = False
    private: bool = False

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        """Make a commit of these files, and have a branch name it."""
        text = repr([(name, git_blob(files[name])) for name in sorted(files)])
        commit = hashlib.sha1(f"{len(self.commits)}{text}".encode()).hexdigest()
        self.commits[commit] = dict(files)
        self.branches[branch] = commit
        return commit


class LoopbackHub:
    """Use it as a context manager.

    Attributes:
        repositories: by id.
        tokens: those that it accepts.
        asked: every request, in order of arrival.
        cut: by a file's name, after how many bytes its connection breaks, once.
        damaged: names of files that are sent with one byte changed.
        piece_seconds: how long it rests between two pieces of a large file.
        silent_on_sizes: whether its listings leave sizes and hashes out, as some mirrors do.
        no_ranges: whether it ignores ranges.
        announced: sizes that its listings give in place of the true ones.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, HubRepository] = {}
        self.tokens: set[str] = set()
        self.asked: list[Asked] = []
        self.cut: dict[str, int] = {}
        self.damaged: set[str] = set()
        self.piece_seconds = 0.0
        self.silent_on_sizes = False
        self.no_ranges = False
        self.announced: dict[str, int] = {}
        self._hub = _server(self, _HubHandler)
        self._store = _server(self, _StoreHandler)
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            for server in (self._hub, self._store)
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._hub.server_port}"

    @property
    def store_url(self) -> str:
        return f"http://127.0.0.1:{self._store.server_port}"

    def repository(self, id: str, folder: Path | None = None, **more: bytes) -> HubRepository:
        """Make a repository with one commit: a folder's files, and more of them."""
        made = self.repositories[id] = HubRepository()
        files = {} if folder is None else folder_files(folder)
        made.commit({**files, **more})
        return made

    def fetched(self, path: str) -> list[Asked]:
        """Return the requests by which bytes of a file were fetched."""
        return [
            each
            for each in self.asked
            if each.method == "GET" and each.path.endswith(path) and each.status in {200, 206}
        ]

    def sent(self, path: str) -> int:
        """Return how many bytes of a file were sent in all."""
        return sum(each.sent for each in self.fetched(path))

    def __enter__(self) -> "LoopbackHub":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for server in (self._hub, self._store):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()


def folder_files(folder: Path) -> dict[str, bytes]:
    """Return a folder's files by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: LoopbackHub

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that went away: that is what some tests do."""


def _server(hub: LoopbackHub, handler: type["_Handler"]) -> _Server:
    made = _Server(("127.0.0.1", 0), handler)
    made.hub = hub
    return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""

    def _answer(self) -> None:
        self.asked = Asked(
            self.command,
            unquote(urlsplit(self.path).path),
            self.headers.get("Range", ""),
            self.headers.get("Authorization", ""),
        )
        self.server.hub.asked.append(self.asked)
        self._route(urlsplit(self.path).path)

    def _route(self, path: str) -> None:
        raise NotImplementedError

    def _send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.asked.status = status
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET" and body:
            self._body(body)

    def _body(self, body: bytes, name: str = "") -> None:
        hub = self.server.hub
        breaks = hub.cut.pop(name, None) if name else None
        for begin in range(0, len(body), PIECE):
            piece = body[begin : begin + PIECE]
            if breaks is not None and begin + len(piece) > breaks:
                piece = piece[: breaks - begin]
            self.wfile.write(piece)
            self.asked.sent += len(piece)
            if breaks is not None and self.asked.sent >= breaks:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            if hub.piece_seconds:
                time.sleep(hub.piece_seconds)

    def _refuse(self, status: int, code: str = "", message: str = "") -> None:
        body = json.dumps({"error": message or code}).encode()
        headers = {"Content-Type": "application/json"}
        if code:
            headers["X-Error-Code"] = code
        if message:
            headers["X-Error-Message"] = message
        self._send(status, headers, body)

    def _send_file(self, data: bytes, name: str, headers: dict[str, str]) -> None:
        """Send a file, or the part of it that was asked for."""
        hub = self.server.hub
        if name in hub.damaged:
            data = data[:-1] + bytes([data[-1] ^ 1])
        headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"} | headers
        wanted = re.fullmatch(r"bytes=(\d+)-", self.asked.range)
        status, body = 200, data
        if wanted and not hub.no_ranges:
            begin = int(wanted[1])
            if begin >= len(data):
                self._send(416, {"Content-Range": f"bytes */{len(data)}"})
                return
            status, body = 206, data[begin:]
            headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
        self.asked.status = status
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self._body(body, name)


class _StoreHandler(_Handler):
    """Where the large files lie, under their hash."""

    def _route(self, path: str) -> None:
        self.asked.large = True
        sha256, _, name = path.removeprefix("/lfs/").partition("/")
        for repository in self.server.hub.repositories.values():
            for files in repository.commits.values():
                data = files.get(unquote(name))
                if data is not None and hashlib.sha256(data).hexdigest() == sha256:
                    self._send_file(data, unquote(name), {"ETag": f'"{sha256}"'})
                    return
        self._refuse(404)


class _HubHandler(_Handler):
    """The hub's own pages."""

    def _route(self, path: str) -> None:
        api, file = _API.fullmatch(path), _FILE.fullmatch(path)
        found = api or file
        if found is None:
            self._refuse(404)
            return
        repository = self._repository(found["id"])
        if repository is None:
            return
        revision = unquote(found["revision"] or "main")
        commit = repository.branches.get(revision, revision)
        if commit not in repository.commits:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif api is not None:
            self._list(found["id"], repository, commit)
        else:
            self._file(repository, commit, unquote(found["path"]))

    def _repository(self, id: str) -> HubRepository | None:
        hub = self.server.hub
        token = self.asked.authorization.removeprefix("Bearer ")
        if token and token not in hub.tokens:
            self._refuse(401, "", "Invalid credentials in Authorization header")
            return None
        repository = hub.repositories.get(unquote(id))
        if repository is None or (repository.private and not token):
            # The real one does not say which, and asks strangers for a token instead.
            status, message = (404, "Repository not found") if token else (401, "")
            self._refuse(status, "RepoNotFound", message)
            return None
        if repository.gated and not token and "/resolve/" in self.path:
            self._refuse(401, "GatedRepo", "Access to this model is restricted.")
            return None
        if repository.gated and token == "stranger" and "/resolve/" in self.path:
            self._refuse(403, "GatedRepo", "You are not in the authorized list.")
            return None
        return repository

    def _list(self, id: str, repository: HubRepository, commit: str) -> None:
        blobs = parse_qs(urlsplit(self.path).query).get("blobs", ["false"])[0].lower() == "true"
        siblings = []
        for name, data in repository.commits[commit].items():
            entry: dict[str, Any] = {"rfilename": name}
            if blobs and not self.server.hub.silent_on_sizes:
                size = self.server.hub.announced.get(name, len(data))
                entry |= {"size": size, "blobId": git_blob(data)}
                if len(data) >= LARGE:
                    sha256 = hashlib.sha256(data).hexdigest()
                    entry["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 132}
            siblings.append(entry)
        body = {
            "id": id,
            "modelId": id,
            "sha": commit,
            "private": repository.private,
            "gated": "auto" if repository.gated else False,
            "tags": ["diffusers", f"license:{repository.licence}"],
            "cardData": {"license": repository.licence},
            "siblings": siblings,
        }
        self._send(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _file(self, repository: HubRepository, commit: str, name: str) -> None:
        data = repository.commits[commit].get(name)
        if data is None:
            self._refuse(404, "EntryNotFound", "Entry not found")
            return
        headers = {"X-Repo-Commit": commit}
        if len(data) < LARGE:
            self._send_file(data, name, headers | {"ETag": f'"{git_blob(data)}"'})
            return
        sha256 = hashlib.sha256(data).hexdigest()
        linked = {
            "Location": f"{self.server.hub.store_url}/lfs/{sha256}/{name}",
            "X-Linked-Size": str(len(data)),
            "X-Linked-Etag": f'"{sha256}"',
            "ETag": f'"{git_blob(data)}"',
        }
        self._send(302, headers | linked)
