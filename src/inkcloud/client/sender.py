"""What a client's calls need: something that sends them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Generator
from typing import Any

from inkcloud.client.base import ClientBase
from inkcloud.client.call import Answer, Call, Output


class Sender(ClientBase, ABC):
    """A client that waits for each answer."""

    @abstractmethod
    def _send(self, call: Call[Answer]) -> Answer:
        """Send a call and return what its answer means."""

    @abstractmethod
    def _stream(self, call: Call[Any]) -> Generator[Output]:
        """Send a call and yield its answer piece by piece."""


class AsyncSender(ClientBase, ABC):
    """A client for asyncio."""

    @abstractmethod
    async def _send(self, call: Call[Answer]) -> Answer:
        """Send a call and return what its answer means."""

    @abstractmethod
    def _stream(self, call: Call[Any]) -> AsyncGenerator[Output]:
        """Send a call and yield its answer piece by piece."""
