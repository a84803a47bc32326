"""The client for asyncio; `client` has the same for ordinary code."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from types import TracebackType
from typing import Any

import httpx2

from inkcloud.client import answers
from inkcloud.client.async_management import AsyncManagement
from inkcloud.client.call import Answer, Call, Output
from inkcloud.client.generated_image import GeneratedImage
from inkcloud.client.generation_frames import GenerationFrames
from inkcloud.client.generation_status import GenerationStatus
from inkcloud.client.target import DEFAULT_ENDPOINT, DEFAULT_URL
from inkcloud.domain.errors import InkcloudError

Images = list[GeneratedImage]
_PAUSE_SECONDS = 0.5


class AsyncInkcloudClient(AsyncManagement):
    """Talks to one endpoint of a gateway from one event loop.

    Every method raises an `InkcloudError` of the kind that the gateway names, and
    `Unavailable` if it cannot be reached.

    Args:
        base_url: the gateway's address.
        token: for a private endpoint, for lists and for management; by default
            INKCLOUD_TOKEN, or what is in the file INKCLOUD_TOKEN_FILE.
        endpoint: the endpoint's name.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        token: str | None = None,
        endpoint: str = DEFAULT_ENDPOINT,
    ) -> None:
        super().__init__(base_url, token, endpoint)
        self._http = httpx2.AsyncClient(**self._connection_options())

    async def __aenter__(self) -> "AsyncInkcloudClient":
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; the client is of no more use."""
        await self._http.aclose()

    async def generate(self, prompt: str, **parameters: Any) -> Images:
        """Draw, wait, and return the pictures; cancelling the task cancels the generation.

        Args:
            prompt: what to draw.
            parameters: any other field of `GenerationRequest`, and `tag`.
        """
        status = await self.submit(prompt, **parameters)
        try:
            while not answers.is_done(status):
                async for _ in self.follow(status.id):
                    pass
                status = await self.get(status.id)
                if not status.state.final:
                    await asyncio.sleep(_PAUSE_SECONDS)
            return [
                answers.read_image(await self.image(status.id, index), image)
                for index, image in enumerate(status.images)
            ]
        except asyncio.CancelledError:
            with suppress(InkcloudError):
                await self.cancel(status.id)
            raise

    async def submit(
        self, prompt: str, tag: str = "", idempotency_key: str = "", **parameters: Any
    ) -> GenerationStatus:
        """Hand a generation in and return at once; what was accepted is not lost.

        Args:
            prompt: what to draw.
            tag: a label of your own, by which `list` finds it.
            idempotency_key: the same key with the same request is the same generation.
            parameters: any other field of `GenerationRequest`.
        """
        return await self._send(self._requests.submit(prompt, tag, idempotency_key, parameters))

    async def get(self, id: str) -> GenerationStatus:
        """Return a generation as it stands."""
        return await self._send(self._requests.get(id))

    async def list(self, tag_prefix: str = "", limit: int = 50) -> tuple[GenerationStatus, ...]:
        """Return the newest generations, newest first; this needs a token.

        Args:
            tag_prefix: only those whose tag begins so.
            limit: at most so many.
        """
        return await self._send(self._requests.list(tag_prefix, limit))

    def follow(self, id: str) -> AsyncGenerator[dict[str, Any]]:
        """Yield a generation's present state, then every change up to the final event.

        If the gateway stops meanwhile, the events end without a final one.
        """
        return self._stream(self._requests.follow(id))

    async def cancel(self, id: str) -> GenerationStatus:
        """Stop a generation; one that has ended stays as it is."""
        return await self._send(self._requests.cancel(id))

    async def image(self, id: str, index: int = 0) -> bytes:
        """Return a finished picture's PNG file."""
        return await self._send(self._requests.image(id, index))

    async def preview(self, id: str, index: int = 0) -> bytes | None:
        """Return the latest preview of a picture as a PNG file, or None if there is none."""
        return await self._send(self._requests.preview(id, index))

    async def frames(self, id: str) -> GenerationFrames:
        """Return what every step of a finished generation saw and predicted.

        It must have been asked for with `frames=True`.
        """
        return await self._send(self._requests.frames(id))

    async def frame(self, id: str, number: int, kind: str = "predicted") -> bytes:
        """Return one of a frame's two small pictures as a PNG file.

        Args:
            id: the generation's.
            number: the frame's, from 0.
            kind: "predicted", the clean picture; or "noisy", the latent as it was.
        """
        return await self._send(self._requests.frame(id, number, kind))

    async def frame_archive(self, id: str) -> bytes:
        """Return all frames as a ZIP file of PNG pictures and of `frames.json`."""
        return await self._send(self._requests.frame_archive(id))

    async def endpoint_info(self) -> dict[str, Any]:
        """Return what the endpoint says of itself: state, model, native size, limits."""
        return await self._send(self._requests.endpoint_info())

    async def healthcheck(self) -> dict[str, Any]:
        """Return whether the gateway can answer requests, as `status`."""
        return await self._send(self._requests.healthcheck())

    async def _send(self, call: Call[Answer]) -> Answer:
        with answers.sending(self._target.base_url):
            response = await self._http.request(call.method, call.url, **call.options())
        return call.read(response)

    async def _stream(self, call: Call[Any]) -> AsyncGenerator[Output]:
        base_url = self._target.base_url
        with answers.sending(base_url):
            async with self._http.stream(call.method, call.url, **call.options()) as response:
                if not response.is_success:
                    await response.aread()
                    call.read(response)
                async for message in httpx2.EventSource(response, max_event_size=None):
                    event = answers.read_event(message.data, base_url)
                    if event is None:
                        return
                    yield event
