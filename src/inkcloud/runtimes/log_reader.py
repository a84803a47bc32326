"""Reads the newest lines of a replica's log."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from inkcloud.domain.log_line import LogLine
from inkcloud.runtimes.log_file import aside

_BLOCK = 65536


def read_log(path: Path, lines: int, since: datetime | None = None) -> list[LogLine]:
    """Return a replica's newest lines, oldest first; none if there is no log.

    Args:
        path: the log's present file; what was put aside is read too.
        lines: at most so many.
        since: only lines later than this.
    """
    found: list[LogLine] = []
    for line in _newest_first(path):
        if len(found) >= lines or (since is not None and line.at <= since):
            break
        found.append(line)
    return found[::-1]


def _newest_first(path: Path) -> Iterator[LogLine]:
    seen = set()
    for each in (path, aside(path)):
        with suppress(OSError), each.open("rb") as file:
            inode = os.fstat(file.fileno()).st_ino
            if inode in seen:  # put aside just now, between the two
                continue
            seen.add(inode)
            for raw in _backwards(file):
                line = _parsed(raw, path.stem)
                if line is not None:
                    yield line


def _backwards(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file's lines from the last to the first."""
    position = file.seek(0, os.SEEK_END)
    rest = b""
    while position > 0:
        size = min(_BLOCK, position)
        position -= size
        file.seek(position)
        rest, *whole = (file.read(size) + rest).split(b"\n")
        yield from reversed(whole)
    yield rest


def _parsed(raw: bytes, replica: str) -> LogLine | None:
    """Return a line, or None for what a full disk or a crash has left half written."""
    time, space, text = raw.decode("utf-8", "replace").partition(" ")
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return None
    if not space or at.tzinfo is None:
        return None
    return LogLine(at=at, replica=replica, text=text)
