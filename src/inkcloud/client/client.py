"""The client for ordinary code; `async_client` has the same for asyncio."""

import time
from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import Any

import httpx2

from inkcloud.client import answers
from inkcloud.client.call import Answer, Call, Output
from inkcloud.client.generated_image import GeneratedImage
from inkcloud.client.generation_frames import GenerationFrames
from inkcloud.client.generation_status import GenerationStatus
from inkcloud.client.management import Management
from inkcloud.client.target import DEFAULT_ENDPOINT, DEFAULT_URL
from inkcloud.domain.errors import InkcloudError

Images = list[GeneratedImage]
_PAUSE_SECONDS = 0.5


class InkcloudClient(Management):
    """Talks to one endpoint of a gateway; threads may share it.

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
        self._http = httpx2.Client(**self._connection_options())

    def __enter__(self) -> "InkcloudClient":
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections; the client is of no more use."""
        self._http.close()

    def generate(self, prompt: str, **parameters: Any) -> Images:
        """Draw, wait, and return the pictures; an interrupt cancels the generation.

        Args:
            prompt: what to draw.
            parameters: any other field of `GenerationRequest`, and `tag`.
        """
        status = self.submit(prompt, **parameters)
        try:
            while not answers.is_done(status):
                for _ in self.follow(status.id):
                    pass
                status = self.get(status.id)
                if not status.state.final:
                    time.sleep(_PAUSE_SECONDS)
            return [
                answers.read_image(self.image(status.id, index), image)
                for index, image in enumerate(status.images)
            ]
        except (KeyboardInterrupt, SystemExit):
            with suppress(InkcloudError):
                self.cancel(status.id)
            raise

    def submit(
        self, prompt: str, tag: str = "", idempotency_key: str = "", **parameters: Any
    ) -> GenerationStatus:
        """Hand a generation in and return at once; what was accepted is not lost.

        Args:
            prompt: what to draw.
            tag: a label of your own, by which `list` finds it.
            idempotency_key: the same key with the same request is the same generation.
            parameters: any other field of `GenerationRequest`.
        """
        return self._send(self._requests.submit(prompt, tag, idempotency_key, parameters))

    def get(self, id: str) -> GenerationStatus:
        """Return a generation as it stands."""
        return self._send(self._requests.get(id))

    def list(self, tag_prefix: str = "", limit: int = 50) -> tuple[GenerationStatus, ...]:
        """Return the newest generations, newest first; this needs a token.

        Args:
            tag_prefix: only those whose tag begins so.
            limit: at most so many.
        """
        return self._send(self._requests.list(tag_prefix, limit))

    def follow(self, id: str) -> Generator[dict[str, Any]]:
        """Yield a generation's present state, then every change up to the final event.

        If the gateway stops meanwhile, the events end without a final one.
        """
        return self._stream(self._requests.follow(id))

    def cancel(self, id: str) -> GenerationStatus:
        """Stop a generation; one that has ended stays as it is."""
        return self._send(self._requests.cancel(id))

    def image(self, id: str, index: int = 0) -> bytes:
        """Return a finished picture's PNG file."""
        return self._send(self._requests.image(id, index))

    def preview(self, id: str, index: int = 0) -> bytes | None:
        """Return the latest preview of a picture as a PNG file, or None if there is none."""
        return self._send(self._requests.preview(id, index))

    def frames(self, id: str) -> GenerationFrames:
        """Return what every step of a finished generation saw and predicted.

        It must have been asked for with `frames=True`.
        """
        return self._send(self._requests.frames(id))

    def frame(self, id: str, number: int, kind: str = "predicted") -> bytes:
        """Return one of a frame's two small pictures as a PNG file.

        Args:
            id: the generation's.
            number: the frame's, from 0.
            kind: "predicted", the clean picture; or "noisy", the latent as it was.
        """
        return self._send(self._requests.frame(id, number, kind))

    def frame_archive(self, id: str) -> bytes:
        """Return all frames as a ZIP file of PNG pictures and of `frames.json`."""
        return self._send(self._requests.frame_archive(id))

    def endpoint_info(self) -> dict[str, Any]:
        """Return what the endpoint says of itself: state, model, native size, limits."""
        return self._send(self._requests.endpoint_info())

    def healthcheck(self) -> dict[str, Any]:
        """Return whether the gateway can answer requests, as `status`."""
        return self._send(self._requests.healthcheck())

    def _send(self, call: Call[Answer]) -> Answer:
        with answers.sending(self._target.base_url):
            response = self._http.request(call.method, call.url, **call.options())
        return call.read(response)

    def _stream(self, call: Call[Any]) -> Generator[Output]:
        base_url = self._target.base_url
        with (
            answers.sending(base_url),
            self._http.stream(call.method, call.url, **call.options()) as response,
        ):
            if not response.is_success:
                response.read()
                call.read(response)
            for message in httpx2.EventSource(response, max_event_size=None):
                event = answers.read_event(message.data, base_url)
                if event is None:
                    return
                yield event
