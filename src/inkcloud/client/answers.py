"""What the gateway answers, read alike for the sync and the async sender."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from inkcloud.client.generated_image import GeneratedImage
from inkcloud.client.generation_status import GenerationStatus, ImageLink
from inkcloud.domain.errors import InkcloudError, NotFound, Unavailable
from inkcloud.domain.job import JobState

_END = "[DONE]"


@contextmanager
def sending(base_url: str) -> Iterator[None]:
    """Turn what can go wrong on the way into an error that says what to do.

    Raises:
        Unavailable: if the gateway cannot be reached, or the connection breaks.
    """
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise Unavailable(
            f"Nothing answers at {base_url}. Start it with `inkcloud up`, or correct the address."
        ) from error
    except httpx2.TimeoutException as error:
        raise Unavailable(
            f"{base_url} took too long to answer. Try again when it is less busy."
        ) from error
    except httpx2.TransportError as error:
        raise Unavailable(
            f"The connection to {base_url} broke. Try again; if it breaks again, see its log."
        ) from error


def check(response: httpx2.Response) -> None:
    """Accept a successful answer, whose body has been read.

    Raises:
        InkcloudError: the error that the answer tells of.
    """
    if response.is_success:
        return
    problem = _json(response)
    if not isinstance(problem, dict) or "code" not in problem:
        raise _foreign(response)
    message = problem.get("detail", problem.get("title", "The gateway gave no reason."))
    raise InkcloudError.from_dict({**problem, "message": message})


def read_object(response: httpx2.Response) -> dict[str, Any]:
    """Return a successful answer's JSON object.

    Raises:
        InkcloudError: the error that the answer tells of, or if it is no object.
    """
    check(response)
    data = _json(response)
    if not isinstance(data, dict):
        raise _foreign(response)
    return data


def read_status(response: httpx2.Response) -> GenerationStatus:
    """Return a generation.

    Raises:
        InkcloudError: the error that the answer tells of, or if it cannot be read.
    """
    data = read_object(response)
    try:
        return GenerationStatus.from_mapping(data)
    except (KeyError, TypeError, ValueError) as error:
        raise _foreign(response) from error


def read_list(response: httpx2.Response) -> tuple[GenerationStatus, ...]:
    """Return the generations of a list, in its order.

    Raises:
        InkcloudError: the error that the answer tells of, or if it cannot be read.
    """
    data = read_object(response)
    try:
        return tuple(GenerationStatus.from_mapping(view) for view in data["generations"])
    except (KeyError, TypeError, ValueError) as error:
        raise _foreign(response) from error


def read_bytes(response: httpx2.Response) -> bytes:
    """Return a picture's file.

    Raises:
        InkcloudError: the error that the answer tells of.
    """
    check(response)
    return response.content


def read_preview(response: httpx2.Response) -> bytes | None:
    """Return a preview's file, or None if there is none (yet, or any more).

    Raises:
        InkcloudError: any other error that the answer tells of.
    """
    try:
        return read_bytes(response)
    except NotFound:
        return None


def read_health(response: httpx2.Response) -> dict[str, Any]:
    """Return a health check's answer; not ready (503) is an answer like any other.

    Raises:
        InkcloudError: if it cannot be read.
    """
    data = _json(response)
    if isinstance(data, dict) and "status" in data and "code" not in data:
        return data
    return read_object(response)


def read_event(data: str, base_url: str) -> dict[str, Any] | None:
    """Return an event of a stream, or None for its end.

    Raises:
        InkcloudError: if it cannot be read.
    """
    if data == _END:
        return None
    try:
        event = json.loads(data)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise InkcloudError(f"{base_url} sent an event that cannot be read.")
    return event


def read_image(png: bytes, image: ImageLink) -> GeneratedImage:
    """Put a picture's file and its record together.

    Raises:
        InkcloudError: if the file is not the one that was announced.
    """
    if hashlib.sha256(png).hexdigest() != image.sha256:
        raise InkcloudError("The picture was damaged on its way: its SHA-256 is another one.")
    seed = int(image.record.get("seed", 0))
    return GeneratedImage(png=png, record=image.record, seed=seed, sha256=image.sha256)


def is_done(status: GenerationStatus) -> bool:
    """Say whether a generation has succeeded; False while it goes on.

    Raises:
        InkcloudError: why there will be no pictures.
    """
    if status.state in {JobState.FAILED, JobState.CANCELLED}:
        raise status.error or InkcloudError(f"The generation was {status.state}.")
    return status.state is JobState.SUCCEEDED


def _json(response: httpx2.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _foreign(response: httpx2.Response) -> InkcloudError:
    return InkcloudError(
        f"{response.request.url} gave an answer ({response.status_code}) that is not a "
        "gateway's. Check the address, and that gateway and client are of the same version."
    )
