"""A file's SHA-256, and a copy made on the way."""

import hashlib
import os
import stat
from pathlib import Path

from inkcloud.domain.errors import CheckpointError
from inkcloud.models.tally import Tally

CHUNK = 4 * 1024 * 1024


def digest(path: Path, shown: str, tally: Tally) -> str:
    """Return a file's SHA-256, 64 hex digits.

    Args:
        path: the file.
        shown: its name inside the model.
        tally: told of each piece.

    Raises:
        OSError: if it cannot be read.
        CheckpointError: if it is not a plain file.
    """
    size = plain_size(path, shown)
    total = hashlib.sha256()
    tally.begin(shown, size)
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            total.update(piece)
            tally.add(len(piece))
    return total.hexdigest()


def copy(source: Path, target: Path, shown: str, tally: Tally) -> tuple[str, int]:
    """Copy a file, return once it is on the disk.

    Args:
        source: what to copy; links are followed.
        target: the new file; its folder is made.
        shown: its name inside the model.
        tally: told of each piece.

    Returns:
        The copy's SHA-256 and its size.

    Raises:
        OSError: if the disk fails.
        CheckpointError: if the source is not a plain file.
    """
    size = plain_size(source, shown)
    total = hashlib.sha256()
    written = 0
    tally.begin(shown, size)
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file, target.open("wb") as made:
        while piece := file.read(CHUNK):
            total.update(piece)
            made.write(piece)
            written += len(piece)
            tally.add(len(piece))
        made.flush()
        os.fsync(made.fileno())
    return total.hexdigest(), written


def plain_size(path: Path, shown: str) -> int:
    """Return a plain file's size; a pipe or a device would never end.

    Raises:
        OSError: if there is none.
        CheckpointError: if it is not a plain file.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise CheckpointError(
            f"{shown} is not a plain file.", field=shown, value=str(path), allowed="a plain file"
        )
    return found.st_size
