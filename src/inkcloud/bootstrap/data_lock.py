"""The lock that keeps two `inkcloud up` from sharing one data folder."""

import fcntl
import os
from pathlib import Path

from inkcloud.domain.errors import Conflict

LOCK_NAME = "up.lock"


class DataLock:
    """Holds the data folder until `release`, or until the process ends however it ends.

    Args:
        data_dir: the folder; made, readable by its owner only, if it is missing.

    Raises:
        Conflict: if another process holds it, or the folder cannot be written.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / LOCK_NAME
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Conflict(
                f"The data folder cannot be used: {error.strerror}.",
                field="data_dir",
                value=str(data_dir),
                allowed="a folder that you can write to; choose one with --data-dir",
            ) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise Conflict(
                f"Another `inkcloud up` uses this data folder (process {holder or 'unknown'}).",
                field="data_dir",
                value=str(data_dir),
                allowed="stop the other one, or choose another folder with --data-dir",
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have the folder; calling it again does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
