"""What the gateway answers, read alike for the sync and the async sender."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2

from inkcloud.client.call import Output
from inkcloud.client.generated_image import GeneratedImage
from inkcloud.client.generation_frames import GenerationFrames
from inkcloud.client.generation_status import GenerationStatus, ImageLink
from inkcloud.domain.errors import InkcloudError, NotFound, Unavailable
from inkcloud.domain.job import JobState

_END = "[DONE]"
_SHOWN = 300

Value = TypeVar("Value")


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
        if response.status_code == httpx2.codes.NOT_FOUND:
            # A name that is no name leads to an endpoint's own service, or nowhere.
            raise NotFound(f"There is nothing at {response.request.url}.")
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


def one(make: Callable[[dict[str, Any]], Value]) -> Callable[[httpx2.Response], Value]:
    """Return a reader of answers that are one object.

    Args:
        make: makes the value of the object, or raises KeyError, TypeError or ValueError.
    """

    def read(response: httpx2.Response) -> Value:
        data = read_object(response)
        try:
            return make(data)
        except (KeyError, TypeError, ValueError) as error:
            raise _foreign(response) from error

    return read


def many(
    make: Callable[[dict[str, Any]], Value], key: str = ""
) -> Callable[[httpx2.Response], tuple[Value, ...]]:
    """Return a reader of answers that are a list.

    Args:
        make: makes the value of each of its objects, as for `one`.
        key: where in the answer the list is; "" if it is the answer itself.
    """

    def read(response: httpx2.Response) -> tuple[Value, ...]:
        check(response)
        data = _json(response)
        try:
            listed = data[key] if key and isinstance(data, dict) else data
            return tuple(make(view) for view in _list(listed))
        except (KeyError, TypeError, ValueError) as error:
            raise _foreign(response) from error

    return read


read_status = one(GenerationStatus.from_mapping)
read_frames = one(GenerationFrames.from_mapping)
read_list = many(GenerationStatus.from_mapping, "generations")


def read_output(response: httpx2.Response) -> Output:
    """Return what a service answered: JSON's value, or bytes if it is no JSON.

    Raises:
        InkcloudError: the error that the gateway or the service tells of.
    """
    if not response.is_success:
        raise _refusal(response)
    if "json" not in response.headers.get("content-type", ""):
        return response.content
    try:
        return response.json()
    except ValueError:
        raise _foreign(response) from None


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


def read_event(data: str, base_url: str) -> Output:
    """Return an event of a stream, any JSON value but null; None is the stream's end.

    Raises:
        InkcloudError: if it cannot be read.
    """
    if data == _END:
        return None
    try:
        event = json.loads(data)
    except ValueError:
        event = None
    if event is None:
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


def _refusal(response: httpx2.Response) -> InkcloudError:
    """Return the error of a service, which may be of its own making."""
    problem = _json(response)
    if isinstance(problem, dict) and "code" in problem:
        message = problem.get("detail") or problem.get("message") or problem.get("title")
        return InkcloudError.from_dict({**problem, "message": message})
    said = response.text.strip()[:_SHOWN] or "nothing more"
    return InkcloudError(f"The service answered {response.status_code}: {said}")


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError
    return data


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
