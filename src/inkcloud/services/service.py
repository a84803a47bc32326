"""A service: the Python class that a replica runs."""

from collections.abc import AsyncIterator
from typing import Any


class Service:
    """What a replica's server calls; subclass it, and the class is an endpoint.

    The server makes one instance in a process of its own, calls `setup` once, then
    `infer` (and `stream`) for each request, and `shutdown` when it is asked to stop.
    A request's inputs are the keys of its JSON object, given as keyword arguments.
    `infer` may be plain, then it runs in a worker thread, or `async`, then it runs on
    the server's loop and is cancelled when its client has gone.

    Every `InkcloudError` raised by a method reaches the client as it is; any other
    exception is logged and reaches the client as an opaque error with a request id.

    Example:
        >>> class Greeter(Service):
        ...     def setup(self) -> None:
        ...         self.greeting = "Hello"
        ...
        ...     async def infer(self, name: str = "world") -> str:
        ...         return f"{self.greeting}, {name}!"
        ...
        ...     async def stream(self, name: str = "world"):
        ...         for letter in name:
        ...             yield {"letter": letter}
    """

    def setup(self) -> None:
        """Load what the requests need; runs once, in a thread, before the first request.

        An exception ends the replica; whoever supervises it tries again.
        """

    def infer(self, *args: Any, **inputs: Any) -> Any:  # noqa: ANN401 - the subclass decides
        """Answer one request with a JSON-able value.

        A subclass names its own arguments, and may make the method `async`.

        Raises:
            InkcloudError: for a request that cannot be answered.
        """
        raise NotImplementedError(f"{type(self).__name__} has no infer method.")

    def stream(self, *args: Any, **inputs: Any) -> AsyncIterator[dict[str, Any]]:
        """Answer one request with a series of JSON-able events.

        A subclass writes an async generator. It is closed as soon as its client has
        gone, so that its `finally` can stop the work.

        Raises:
            InkcloudError: for a request that cannot be answered, before the first event.
        """
        raise NotImplementedError(f"{type(self).__name__} has no stream method.")

    def facts(self) -> dict[str, Any]:
        """Return what clients should know before they ask, for example the largest size."""
        return {}

    def shutdown(self) -> None:
        """Let go of what `setup` took; runs once, after the last request."""
