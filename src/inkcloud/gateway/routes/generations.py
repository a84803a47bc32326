"""The native API: submit, list, look up, follow, cancel."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from inkcloud.control.generations import Origin
from inkcloud.gateway.call_options import KEY_HEADER, key_of
from inkcloud.gateway.callers import Caller, PartsDependency, ReadEndpoint, UsedEndpoint
from inkcloud.gateway.dependencies import FoundGeneration, JsonObject, refuse_if_paused
from inkcloud.gateway.event_stream import HEADERS, MEDIA_TYPE, encode_events
from inkcloud.gateway.openapi import COMMON, SUBMITTING, answer, body, headers, problems
from inkcloud.gateway.openapi_links import ONE_GENERATION, links
from inkcloud.gateway.views import generation_view, with_addresses
from inkcloud.wire import native
from inkcloud.wire.native import LIST_LIMIT, GenerationBody, GenerationList, GenerationView

ROUTER = APIRouter(prefix="/endpoints/{name}/generations", tags=["generations"])
_DEFAULT_LIMIT = 50
_ACCEPTED = links(
    f"GET {ONE_GENERATION}",
    f"GET {ONE_GENERATION}/events",
    f"GET {ONE_GENERATION}/frames",
    f"DELETE {ONE_GENERATION}",
    name="$request.path.name",
    id="$response.body#/id",
)


@ROUTER.post(
    "",
    status_code=202,
    responses={202: _ACCEPTED, **problems(*COMMON, *SUBMITTING, 409)},
    openapi_extra=body(GenerationBody) | headers(KEY_HEADER),
)
async def submit(
    request: Request,
    parts: PartsDependency,
    endpoint: UsedEndpoint,
    caller: Caller,
    values: JsonObject,
) -> GenerationView:
    """Accept a request; what was accepted is not lost, and its key starts nothing twice."""
    refuse_if_paused(endpoint)
    wanted, tag = native.decode(values)
    origin = Origin(token_id=caller.id if caller else "", idempotency_key=key_of(request.headers))
    await parts.endpoints.check(endpoint.name, wanted)
    status = await parts.generations.submit(endpoint.name, wanted, tag, origin=origin)
    return generation_view(request, status)


@ROUTER.get("", responses=problems(*COMMON))
async def list_newest(
    request: Request,
    parts: PartsDependency,
    endpoint: ReadEndpoint,
    tag_prefix: Annotated[str, Query(description="Only tags that begin so.")] = "",
    limit: Annotated[int, Query(ge=1, le=LIST_LIMIT)] = _DEFAULT_LIMIT,
) -> GenerationList:
    """List the newest generations, newest first; a token is needed even if it is public."""
    prefix = native.check_tag(tag_prefix, "tag_prefix")
    found = await parts.generations.list(endpoint.name, prefix, limit)
    return GenerationList(generations=[generation_view(request, status) for status in found])


@ROUTER.get("/{id}", responses=problems(*COMMON))
async def get_generation(request: Request, found: FoundGeneration) -> GenerationView:
    """Return a generation as it stands."""
    return generation_view(request, found)


@ROUTER.get(
    "/{id}/events",
    response_class=StreamingResponse,
    responses={**answer(200, "Lines `data: {json}`.", MEDIA_TYPE), **problems(*COMMON)},
)
async def follow(
    request: Request, parts: PartsDependency, found: FoundGeneration
) -> StreamingResponse:
    """Stream the present state and every change, up to the final event."""
    events = (
        with_addresses(request, found, event)
        async for event in parts.generations.follow(found.job.id)
    )
    lines = encode_events(events, parts.settings.keep_alive_seconds, parts.stopping)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


@ROUTER.delete("/{id}", responses=problems(*COMMON))
async def cancel(
    request: Request, parts: PartsDependency, _: UsedEndpoint, found: FoundGeneration
) -> GenerationView:
    """Stop a generation; one that has ended stays as it is."""
    return generation_view(request, await parts.generations.cancel(found.job.id))
