"""What the store asks of the disk."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkcloud.domain.errors import Conflict, StorageFull, StorageUnavailable

_SPARE = 64 * 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def sync_folder(folder: Path) -> None:
    """Return once the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_room(folder: Path, wanted: int) -> None:
    """Check that so many bytes fit beside what is in a folder, and leave a little.

    Raises:
        StorageFull: with both figures, if not.
    """
    free = shutil.disk_usage(folder).free
    if wanted + _SPARE > free:
        raise StorageFull(
            f"The model needs {size_text(wanted)} more, and {size_text(free)} are free where "
            f"models are kept, in {folder}.",
            allowed="free some room there, or choose another data folder with --data-dir",
        )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn the disk's failures into domain errors.

    Args:
        what: what could not be done, for the message.

    Raises:
        StorageFull: if there is no room.
        Conflict: if the folder may not be written.
        StorageUnavailable: for every other failure.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        if error.errno in _FULL:
            raise StorageFull(
                f"{what}: there is no room left on the disk.", allowed="free some room"
            ) from error
        if isinstance(error, PermissionError):
            where = f" ({error.filename})" if error.filename else ""
            raise Conflict(
                f"{what}: {reason}{where}.", allowed="a data folder that you can write to"
            ) from error
        raise StorageUnavailable(f"{what}: {reason}.") from error


def size_text(size: float) -> str:
    """Return a number of bytes for people, such as "2.6 GB"."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
