"""What handlers ask for: which endpoint, which generation, which body."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from inkcloud.control.status import Status
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, NotFound
from inkcloud.domain.job import JobKind
from inkcloud.gateway.body import read_json
from inkcloud.gateway.callers import (
    Caller,
    PartsDependency,
    SeenEndpoint,
    TokenHolder,
    UsedEndpoint,
    caller,
    open_to,
    parts,
    require,
    require_token,
)

__all__ = [
    "Caller",
    "FoundGeneration",
    "JsonObject",
    "OpenEndpoint",
    "PartsDependency",
    "SeenEndpoint",
    "SmallJsonObject",
    "TokenHolder",
    "UsedEndpoint",
    "caller",
    "disconnected",
    "open_to",
    "parts",
    "refuse_if_paused",
    "require",
    "require_token",
]

OpenEndpoint = UsedEndpoint


async def found_generation(
    parts: PartsDependency,
    endpoint: SeenEndpoint,
    id: Annotated[str, Path(description="The generation's id.")],
) -> Status:
    """Return the generation of the address.

    Raises:
        NotFound: if the endpoint has none of that id.
    """
    status = await parts.generations.get(id)
    if status.job.endpoint != endpoint.name or status.job.kind is not JobKind.GENERATION:
        raise NotFound("There is no generation of that id.")
    return status


FoundGeneration = Annotated[Status, Depends(found_generation)]


async def json_object(request: Request, parts: PartsDependency, _: UsedEndpoint) -> dict[str, Any]:
    """Return the body of a caller who may use the endpoint; an image may be in it."""
    return await read_json(request, parts.settings.image_body_bytes)


JsonObject = Annotated[dict[str, Any], Depends(json_object)]


async def small_json_object(
    request: Request, parts: PartsDependency, _: TokenHolder
) -> dict[str, Any]:
    """Return the body of a caller who has a token; no image is in it."""
    return await read_json(request, parts.settings.body_bytes)


SmallJsonObject = Annotated[dict[str, Any], Depends(small_json_object)]


def refuse_if_paused(endpoint: Endpoint) -> None:
    """Take no new work for an endpoint that is paused; what was accepted before waits.

    Raises:
        Conflict: if it is paused.
    """
    if endpoint.paused:
        name = endpoint.name
        raise Conflict(
            f"The endpoint {name} is paused; start it with `inkcloud endpoints start {name}`."
        )


async def disconnected(request: Request) -> None:
    """Return once the caller is gone; the body must have been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
