"""Those who read an endpoint's log lines as they come."""

import asyncio
from collections import deque
from collections.abc import Iterable

from inkcloud.domain.log_line import LogLine

# One who reads more slowly than replicas write misses the oldest of more than this.
_LINES_KEPT = 10_000


class LogFollower:
    """One reader of one endpoint's new lines; belongs to one event loop."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=_LINES_KEPT)
        self._news = asyncio.Event()
        self._ended = False

    def put(self, lines: Iterable[LogLine]) -> None:
        """Take lines in."""
        self._lines.extend(lines)
        self._news.set()

    def end(self) -> None:
        """Say that no more will come."""
        self._ended = True
        self._news.set()

    async def take(self) -> list[LogLine]:
        """Wait for lines and return them; an empty list says that no more will come."""
        while not self._lines and not self._ended:
            self._news.clear()
            await self._news.wait()
        lines = list(self._lines)
        self._lines.clear()
        return lines


class LogFollowers:
    """Passes each endpoint's lines on to those who follow it."""

    def __init__(self) -> None:
        self._followers: dict[str, set[LogFollower]] = {}

    def any(self, endpoint: str) -> bool:
        """Say whether somebody follows; may be asked from any thread."""
        return endpoint in self._followers

    def add(self, endpoint: str) -> LogFollower:
        """Return a new follower, who gets what comes from now on."""
        follower = LogFollower()
        self._followers.setdefault(endpoint, set()).add(follower)
        return follower

    def remove(self, endpoint: str, follower: LogFollower) -> None:
        """Let a follower go."""
        others = self._followers.get(endpoint, set())
        others.discard(follower)
        if not others:
            self._followers.pop(endpoint, None)

    def put(self, endpoint: str, lines: list[LogLine]) -> None:
        """Pass lines on."""
        for follower in self._followers.get(endpoint, ()):
            follower.put(lines)

    def end(self, endpoint: str) -> None:
        """Say that no more will come."""
        for follower in self._followers.get(endpoint, ()):
            follower.end()
