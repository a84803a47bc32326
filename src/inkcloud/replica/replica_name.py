"""Says on every answer which replica has given it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ReplicaName:
    """An ASGI layer that adds the header OCTOAI_REPLICA_NAME.

    Args:
        app: the app behind it.
        name: the replica's name.
    """

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["OCTOAI_REPLICA_NAME"] = self._name
            await send(message)

        await self._app(scope, receive, send_with_name)
