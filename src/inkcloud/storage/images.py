"""Pictures as files named by what they hold."""

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from inkcloud.storage import failures

_LOG = logging.getLogger(__name__)
SHA256 = re.compile(r"[0-9a-f]{64}")


class ImageStore:
    """PNG files under `images/ab/cdef….png`, where "abcdef…" is their SHA-256.

    A picture that a generation starts from is kept too, as it came: perhaps a JPEG or WebP
    file, by the same kind of name. It goes to replicas only, never to a browser.

    A file appears whole or not at all: it is written beside, synced, then renamed. Its time
    of change says when it was last put, so that `remove` leaves alone what has just been
    put again.

    Args:
        folder: the data folder; `images` is made in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "images"
        self._incoming = self._folder / "incoming"
        self._changing = Lock()
        with told():
            self._incoming.mkdir(parents=True, exist_ok=True)
            for leftover in self._incoming.iterdir():
                leftover.unlink()

    def put(self, png: bytes) -> str:
        """Keep a picture and return its SHA-256; on return it is on the disk.

        Raises:
            StorageFull, StorageUnavailable: when the disk is full or fails; nothing is left
                behind then.
        """
        sha256 = hashlib.sha256(png).hexdigest()
        path = self.path(sha256)
        with told(), self._changing:
            if self.get(sha256) is None:
                path.parent.mkdir(exist_ok=True)
                self._write(path, png)
            else:
                os.utime(path)
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return a picture's bytes; None when there is none or its file is damaged.

        Raises:
            StorageUnavailable: if the disk fails.
        """
        path = self.path(sha256)
        with told():
            try:
                png = path.read_bytes()
            except FileNotFoundError:
                return None
        return png if hashlib.sha256(png).hexdigest() == sha256 else None

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of every picture that there is a file of."""
        with told():
            for path in self._folder.glob("??/*.png"):
                sha256 = path.parent.name + path.stem
                if SHA256.fullmatch(sha256):
                    yield sha256

    def remove(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """Remove a picture's file and say so; False when it was put again, or is gone.

        Raises:
            StorageUnavailable: if the disk fails.
        """
        path = self.path(sha256)
        with told(), self._changing:
            try:
                if path.stat().st_mtime >= unless_put_since.timestamp():
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
        return True

    def path(self, sha256: str) -> Path:
        """Return where a picture of that hash lies.

        Raises:
            ValueError: for anything but 64 hex digits.
        """
        if not SHA256.fullmatch(sha256):
            message = f"A picture's name is 64 hex digits, not {sha256[:80]!r}."
            raise ValueError(message)
        return self._folder / sha256[:2] / f"{sha256[2:]}.png"

    def _write(self, path: Path, png: bytes) -> None:
        temporary = self._incoming / secrets.token_hex(16)
        try:
            with temporary.open("xb") as file:
                file.write(png)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)


@contextmanager
def told() -> Iterator[None]:
    """Turn what a disk fails with into an error for people.

    Raises:
        StorageFull, StorageUnavailable: in place of an `OSError`.
    """
    try:
        yield
    except OSError as error:
        _LOG.exception("The image store failed.")
        raise failures.of_disk(error) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
