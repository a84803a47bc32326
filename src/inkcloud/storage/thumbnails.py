"""Small copies of pictures, which can be made again at any time."""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from inkcloud.storage.images import SHA256, told


class ThumbnailStore:
    """WebP files under `thumbnails/ab/cdef….webp`, named by the SHA-256 of the whole picture.

    Args:
        folder: the data folder; `thumbnails` is made in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "thumbnails"
        with told():
            self._folder.mkdir(parents=True, exist_ok=True)
            for leftover in self._folder.glob("*.new"):
                leftover.unlink()

    def get(self, sha256: str) -> bytes | None:
        """Return a picture's small copy; None until one is put.

        Raises:
            StorageUnavailable: if the disk fails.
        """
        with told(), suppress(FileNotFoundError):
            return self._path(sha256).read_bytes() or None  # empty after a power cut
        return None

    def put(self, sha256: str, webp: bytes) -> None:
        """Keep a picture's small copy.

        Raises:
            StorageFull, StorageUnavailable: when the disk is full or fails.
        """
        path, temporary = self._path(sha256), self._folder / f"{secrets.token_hex(16)}.new"
        with told():
            path.parent.mkdir(exist_ok=True)
            try:
                temporary.write_bytes(webp)
                temporary.replace(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of every picture that there is a small copy of."""
        with told():
            for path in self._folder.glob("??/*.webp"):
                sha256 = path.parent.name + path.stem
                if SHA256.fullmatch(sha256):
                    yield sha256

    def remove(self, sha256: str) -> None:
        """Remove a picture's small copy, if there is one.

        Raises:
            StorageUnavailable: if the disk fails.
        """
        with told():
            self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            message = f"A picture's name is 64 hex digits, not {sha256[:80]!r}."
            raise ValueError(message)
        return self._folder / sha256[:2] / f"{sha256[2:]}.webp"
