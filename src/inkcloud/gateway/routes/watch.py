"""An operator's view of an endpoint: what its replicas write, what happens to it, figures."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.log_line import LogLine
from inkcloud.gateway.callers import PartsDependency, ReadEndpoint
from inkcloud.gateway.event_stream import HEADERS, MEDIA_TYPE, encode_events
from inkcloud.gateway.openapi import COMMON, Responses, problems
from inkcloud.gateway.parts import Parts
from inkcloud.wire.endpoint_views import EventList, EventView, LogLineView, LogList

ROUTER = APIRouter(prefix="/endpoints/{name}", tags=["watching"])
MOST_LINES = 1000
_FOLLOWED: Responses = {
    200: {
        "description": "JSON, or lines `data: {json}` with `follow`.",
        "content": {MEDIA_TYPE: {}},
    }
}
_Lines = Annotated[int, Query(ge=1, le=MOST_LINES)]
_Follow = Annotated[bool, Query(description="Stream what comes, as `data: {json}`.")]


@ROUTER.get("/logs", response_model=LogList, responses={**_FOLLOWED, **problems(*COMMON)})
async def logs(
    parts: PartsDependency,
    endpoint: ReadEndpoint,
    replica: Annotated[str, Query(max_length=100, description="Only this replica's.")] = "",
    lines: _Lines = 200,
    follow: _Follow = False,
) -> Any:  # noqa: ANN401 - two forms
    """Return the newest lines that an endpoint's replicas wrote."""
    wanted = replica or None
    if follow:
        return _stream(parts, parts.replicas.follow_logs(endpoint.name, wanted, lines))
    found = await parts.replicas.logs(endpoint.name, wanted, lines)
    return LogList(logs=[LogLineView(**asdict(line)) for line in found])


@ROUTER.get("/events", response_model=EventList, responses={**_FOLLOWED, **problems(*COMMON)})
async def events(
    parts: PartsDependency,
    endpoint: ReadEndpoint,
    limit: _Lines = 100,
    follow: _Follow = False,
) -> Any:  # noqa: ANN401 - two forms
    """Return what happened to an endpoint and its replicas."""
    if follow:
        return _stream(parts, parts.events.follow(endpoint.name, limit))
    found = await parts.events.newest(endpoint.name, limit)
    return EventList(events=[EventView(**asdict(event)) for event in found])


def _stream(
    parts: Parts, things: AsyncIterator[LogLine] | AsyncIterator[EndpointEvent]
) -> StreamingResponse:
    lines = encode_events(_plain(things), parts.settings.keep_alive_seconds, parts.stopping)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


async def _plain(
    things: AsyncIterator[LogLine] | AsyncIterator[EndpointEvent],
) -> AsyncGenerator[dict[str, Any], None]:
    try:
        async for thing in things:
            yield {name: _text(value) for name, value in asdict(thing).items()}
    finally:
        close = getattr(things, "aclose", None)  # what follows lets go of its place at once
        if close is not None:
            await close()


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
