"""Every request about the generations of one endpoint."""

from typing import Any

from inkcloud.client import answers
from inkcloud.client.call import Call, json_body, path_part
from inkcloud.client.generation_frames import GenerationFrames
from inkcloud.client.generation_status import GenerationStatus
from inkcloud.client.target import Target


class Requests:
    """Builds calls to one endpoint of a gateway.

    Args:
        target: the gateway and the endpoint.
    """

    def __init__(self, target: Target) -> None:
        self._gateway = target.base_url
        self._endpoint = f"{target.base_url}/endpoints/{path_part(target.endpoint)}"
        self._generations = f"{self._endpoint}/generations"

    def submit(
        self, prompt: str, tag: str, idempotency_key: str, parameters: dict[str, Any]
    ) -> Call[GenerationStatus]:
        """Hand in a generation.

        Raises:
            InvalidRequest: names the first parameter that JSON cannot express.
        """
        body = {"prompt": prompt, **({"tag": tag} if tag else {}), **parameters}
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return Call(
            "POST", self._generations, answers.read_status, json_body(body), headers=headers
        )

    def get(self, generation: str) -> Call[GenerationStatus]:
        """Look a generation up."""
        return Call("GET", self._one(generation), answers.read_status)

    def list(self, tag_prefix: str, limit: int) -> Call[tuple[GenerationStatus, ...]]:
        """List the newest generations."""
        params = {"tag_prefix": tag_prefix, "limit": str(limit)}
        return Call("GET", self._generations, answers.read_list, params=params)

    def follow(self, generation: str) -> Call[None]:
        """Follow a generation's events."""
        return Call("GET", self._one(generation) + "/events", answers.check, patient=True)

    def cancel(self, generation: str) -> Call[GenerationStatus]:
        """Stop a generation."""
        return Call("DELETE", self._one(generation), answers.read_status)

    def image(self, generation: str, index: int) -> Call[bytes]:
        """Fetch a finished picture."""
        return Call("GET", f"{self._one(generation)}/images/{index}", answers.read_bytes)

    def preview(self, generation: str, index: int) -> Call[bytes | None]:
        """Fetch the latest preview of a picture."""
        return Call("GET", f"{self._one(generation)}/preview/{index}", answers.read_preview)

    def frames(self, generation: str) -> Call[GenerationFrames]:
        """List the frames of a generation."""
        return Call("GET", self._one(generation) + "/frames", answers.read_frames)

    def frame(self, generation: str, number: int, kind: str) -> Call[bytes]:
        """Fetch one of a frame's pictures."""
        url = f"{self._one(generation)}/frames/{number}/{path_part(kind)}"
        return Call("GET", url, answers.read_bytes)

    def frame_archive(self, generation: str) -> Call[bytes]:
        """Fetch all frames as one file."""
        return Call("GET", self._one(generation) + "/frames.zip", answers.read_bytes)

    def endpoint_info(self) -> Call[dict[str, Any]]:
        """Ask for the endpoint's facts."""
        return Call("GET", self._endpoint, answers.read_object)

    def healthcheck(self) -> Call[dict[str, Any]]:
        """Ask whether the gateway can answer requests."""
        return Call("GET", f"{self._gateway}/healthcheck", answers.read_health)

    def _one(self, generation: str) -> str:
        return f"{self._generations}/{path_part(generation)}"
