"""A service: the Python class that a replica runs."""

from collections.abc import AsyncIterator
from typing import Any

from inkcloud.services.progress import progress


class Service:
    """What a replica's server calls; subclass it, and the class is an endpoint.

    The server makes one instance in a process of its own and calls, in this order,
    `store_assets` (if the service's code is new here), `on_server_startup` and `setup`; then
    `infer` for each request; and `on_server_shutdown` and `shutdown` when it is to stop.

    A request's inputs are the keys of its JSON object, given as keyword arguments and checked
    against the annotations: Python's types, pydantic's models and `inkcloud.services.types`.
    What `infer` returns is checked likewise. A plain method runs in a worker thread, several
    at once; an `async` one on the server's loop, and is cancelled when its client has gone.
    A generator, of either kind, streams what it yields to a client that asks for a stream,
    and answers the others with the list of it.

    Every other public method `like_this` is a route `/like-this`, or what
    `inkcloud.services.path` says. `infer_form_data` takes a form of texts and `File`s.

    Every `InkcloudError` raised by a method reaches the client as it is; any other
    exception is logged and reaches the client as an opaque error with a request id.

    Example:
        >>> class Greeter(Service):
        ...     def setup(self) -> None:
        ...         self.greeting = "Hello"
        ...
        ...     def infer(self, name: str = "world") -> str:
        ...         return f"{self.greeting}, {name}!"
        ...
        ...     def spell(self, name: str) -> Iterator[str]:
        ...         yield from name
    """

    def store_assets(self) -> None:
        """Put files into `os.environ["OCTOAI_VOLUME_PATH"]`, which lasts between starts.

        It runs once for each version of the service's module, whichever replica is first.
        """

    def on_server_startup(self) -> None:
        """Prepare the process, before `setup`."""

    def setup(self) -> None:
        """Load what the requests need; runs once, in a thread, before the first request.

        An exception ends the replica; whoever supervises it tries again.
        """

    def infer(self, *args: Any, **inputs: Any) -> Any:  # noqa: ANN401 - the subclass decides
        """Answer one request.

        A subclass names its own arguments, and may make the method `async`.

        Raises:
            InkcloudError: for a request that cannot be answered.
        """
        raise NotImplementedError(f"{type(self).__name__} has no infer method.")

    def stream(self, *args: Any, **inputs: Any) -> AsyncIterator[dict[str, Any]]:
        """Answer one request with a series of JSON-able events, where `infer` does not.

        A subclass writes an async generator. It is closed as soon as its client has
        gone, so that its `finally` can stop the work.

        Raises:
            InkcloudError: for a request that cannot be answered, before the first event.
        """
        raise NotImplementedError(f"{type(self).__name__} has no stream method.")

    def progress(self, done: int, total: int) -> None:
        """Tell the request's client that `done` of `total` parts are finished.

        Raises:
            Cancelled: if the client has gone: the work may end here.
        """
        progress(done, total)

    def facts(self) -> dict[str, Any]:
        """Return what clients should know before they ask, for example the largest size."""
        return {}

    def metrics(self) -> str:
        """Return figures in Prometheus' text form, their names beginning `inkcloud_engine_`."""
        return ""

    def on_server_shutdown(self) -> None:
        """Let go of what the process holds, after the last request."""

    def shutdown(self) -> None:
        """Let go of what `setup` took; runs once, after the last request."""
