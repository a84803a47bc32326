"""Jobs and endpoints as the native API shows them, with absolute addresses."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Request

from inkcloud.control.status import Status
from inkcloud.domain.endpoint import Endpoint
from inkcloud.gateway.parts import Parts
from inkcloud.wire import native, problem


def endpoint_url(request: Request, name: str) -> str:
    """Return an endpoint's address, under the name by which the caller reached us."""
    return f"{request.base_url}endpoints/{name}"


def endpoint_view(request: Request, parts: Parts, endpoint: Endpoint) -> native.EndpointView:
    """Return an endpoint as it stands."""
    return native.EndpointView(
        name=endpoint.name,
        url=endpoint_url(request, endpoint.name),
        public=endpoint.public,
        state=parts.endpoints.state(endpoint.name).value,
    )


def generation_view(request: Request, status: Status) -> native.GenerationView:
    """Return a generation as it stands."""
    job, progress = status.job, status.progress
    url = f"{endpoint_url(request, job.endpoint)}/generations/{job.id}"
    return native.GenerationView(
        id=job.id,
        endpoint=job.endpoint,
        state=job.state,
        created=job.created,
        tag=job.tag,
        request=job.request,
        position=status.position,
        progress=None if progress is None else native.ProgressView(**asdict(progress)),
        previews=[
            native.PreviewView(index=index, done=done, url=f"{url}/preview/{index}")
            for index, done in status.previews
        ],
        seconds=job.seconds,
        images=[
            native.ImageView(url=f"{url}/images/{index}", sha256=i.sha256, record=i.record)
            for index, i in enumerate(job.images)
        ],
        error=job.error and {key: problem.finite(value) for key, value in job.error.items()},
        links={"self": url, "events": f"{url}/events"},
    )


def with_addresses(request: Request, status: Status, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose finished pictures also have addresses."""
    if event["event"] != "finished":
        return event
    url = f"{endpoint_url(request, status.job.endpoint)}/generations/{status.job.id}/images"
    return {**event, "images": list(_addressed(event["images"], url))}


def _addressed(images: list[dict[str, Any]], url: str) -> Iterator[dict[str, Any]]:
    for index, image in enumerate(images):
        yield {"url": f"{url}/{index}", **image}
