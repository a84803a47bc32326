"""The logs of all replicas of a runtime."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from inkcloud.domain.log_line import LogLine
from inkcloud.runtimes.log_clock import LogClock
from inkcloud.runtimes.log_file import LogFile, aside
from inkcloud.runtimes.log_followers import LogFollowers
from inkcloud.runtimes.log_pump import LogPump
from inkcloud.runtimes.log_reader import read_log


class ReplicaLogs:
    """Writes, reads, follows and removes the logs in one folder.

    Args:
        folder: holds each replica's log as REPLICA.log; it is made when it is needed.
        maximum_bytes: each log is put aside from this size on.
    """

    def __init__(self, folder: Path, maximum_bytes: int) -> None:
        self._folder = folder
        self._maximum_bytes = maximum_bytes
        self._clock = LogClock()
        self._files: dict[str, LogFile] = {}
        self._followers = LogFollowers()

    def file(self, replica: str) -> LogFile:
        """Return a replica's log."""
        if replica not in self._files:
            path = self._folder / f"{replica}.log"
            self._files[replica] = LogFile(path, self._maximum_bytes, self._clock)
        return self._files[replica]

    def pump(self, fd: int, endpoint: str, log: LogFile) -> LogPump:
        """Carry what comes out of a pipe into a log, and on to those who follow it."""
        loop = asyncio.get_running_loop()

        def tell(lines: list[LogLine]) -> None:
            if self._followers.any(endpoint):
                with suppress(RuntimeError):  # the loop is closed: nobody follows
                    loop.call_soon_threadsafe(self._followers.put, endpoint, lines)

        return LogPump(fd, log, tell)

    async def read(
        self, endpoint: str, replica: str | None, lines: int, since: datetime | None
    ) -> list[LogLine]:
        """Return the newest lines of an endpoint, or of one of its replicas, oldest first."""
        return await asyncio.to_thread(self._read, endpoint, replica, lines, since)

    async def follow(
        self, endpoint: str, replica: str | None, lines: int
    ) -> AsyncIterator[LogLine]:
        """Yield the newest lines, then each new one, until `end` or `remove`."""
        follower = self._followers.add(endpoint)
        try:
            latest: dict[str, datetime] = {}
            for line in await self.read(endpoint, replica, lines, None):
                latest[line.replica] = line.at
                yield line
            while news := await follower.take():
                for line in news:
                    # What came between our asking and our reading has been read already.
                    seen = latest.get(line.replica)
                    if replica in {None, line.replica} and (seen is None or line.at > seen):
                        yield line
        finally:
            self._followers.remove(endpoint, follower)

    def end(self, endpoint: str) -> None:
        """Let an endpoint's followers go."""
        self._followers.end(endpoint)

    def remove(self, endpoint: str) -> None:
        """Delete an endpoint's logs; what cannot be deleted stays."""
        for path in self._paths(endpoint):
            self._files.pop(path.stem, None)
            for each in (path, aside(path)):
                with suppress(OSError):
                    each.unlink()

    def _read(
        self, endpoint: str, replica: str | None, lines: int, since: datetime | None
    ) -> list[LogLine]:
        paths = [p for p in self._paths(endpoint) if replica in {None, p.stem}]
        found = [line for path in paths for line in read_log(path, lines, since)]
        return sorted(found, key=lambda line: line.at)[max(0, len(found) - lines) :]

    def _paths(self, endpoint: str) -> list[Path]:
        """Return the logs of an endpoint's replicas, those of stopped ones too."""
        # A log that has just been put aside is there without its present file.
        form = re.compile(rf"({re.escape(endpoint)}-\d+)(\.1)?\.log")
        try:
            names = [form.fullmatch(path.name) for path in self._folder.iterdir()]
        except OSError:
            return []
        return [self._folder / f"{name}.log" for name in {found[1] for found in names if found}]
