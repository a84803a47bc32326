"""The place where a model's files gather before the store has it."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkcloud.domain.errors import Conflict
from inkcloud.models.disk import told

_FILES = "files"
_PARTS = "parts"
_LOCK = "lock"
_COMMIT = "commit"


class Staging:
    """A folder for one model's incoming files, held by one process at a time.

    What is in it stays when the work is interrupted, so that it can go on from there.

    Args:
        folder: where; made if it is missing.

    Attributes:
        files: holds the finished files, under their names inside the model.
        parts: holds the unfinished ones, under the hash of what they are to be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / _FILES
        self.parts = folder / _PARTS

    @property
    def commit(self) -> str:
        """The hub's commit that its files are of; "" if nobody has said."""
        with contextlib.suppress(OSError):
            return (self.folder / _COMMIT).read_text(encoding="ascii")
        return ""

    @commit.setter
    def commit(self, commit: str) -> None:
        (self.folder / _COMMIT).write_text(commit, encoding="ascii")

    def size(self) -> int:
        """Return the bytes of what is in it."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def keep_only(self, paths: set[str]) -> None:
        """Remove every finished file whose name is not among these."""
        for path in list(self.files.rglob("*")):
            if not path.is_dir() and path.relative_to(self.files).as_posix() not in paths:
                path.unlink()

    def clear(self) -> None:
        """Remove everything in it but the lock."""
        for folder in (self.files, self.parts):
            shutil.rmtree(folder, ignore_errors=True)

    def remove(self) -> None:
        """Remove it; its holder does so."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def held(self, name: str) -> Iterator["Staging"]:
        """Hold it while the block runs, or until the process ends however it ends.

        Raises:
            Conflict: if another process holds it, or it cannot be written.
        """
        with told("The folder for incoming models cannot be used"):
            handle = self._lock(name)
        try:
            self.files.mkdir(exist_ok=True)
            self.parts.mkdir(exist_ok=True)
            yield self
        finally:
            os.close(handle)

    def _lock(self, name: str) -> int:
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / _LOCK
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                raise Conflict(
                    f"The model {name} is being added by another command just now.",
                    field="name",
                    value=name,
                    allowed="wait for it, stop it, or choose another name with --name",
                ) from None
            # Its holder may have removed it between our opening and our locking.
            with contextlib.suppress(FileNotFoundError):
                if os.stat(path).st_ino == os.fstat(handle).st_ino:
                    return handle
            os.close(handle)
