"""Jobs and endpoints as the native API shows them, with absolute addresses."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Request

from inkcloud.control.status import Status
from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.init_image import without_image
from inkcloud.domain.job import Job
from inkcloud.gateway.parts import Parts
from inkcloud.wire import job_views, native, problem
from inkcloud.wire.endpoint_views import EndpointView, ReplicaView
from inkcloud.wire.history_views import HistoryPictureView

_MANAGERS_ONLY = "environment"  # it may hold the keys of other services
_EVERYBODYS = ("name", "public", "display_name", "description", "template")


def endpoint_url(request: Request, name: str) -> str:
    """Return an endpoint's address, under the name by which the caller reached us."""
    return f"{request.base_url}endpoints/{name}"


def endpoint_view(
    request: Request, parts: Parts, endpoint: Endpoint, access: Access | None
) -> EndpointView:
    """Return an endpoint as it stands, as far as the caller may see it."""
    load = parts.replicas.load(endpoint.name)
    fields = asdict(endpoint)
    if not _permits(access, Scope.MANAGE, endpoint):
        del fields[_MANAGERS_ONLY]
        if not _permits(access, Scope.READ, endpoint):
            fields = {name: fields[name] for name in _EVERYBODYS}
    view = EndpointView(
        url=endpoint_url(request, endpoint.name),
        state=parts.endpoints.state(endpoint.name).value,
        in_flight=load.in_flight,
        waiting=load.waiting,
        **fields,
    )
    if view.service is not None:
        view.replicas = _replicas(parts, endpoint.name)
    return view


def accepted_view(request: Request, job: Job) -> job_views.AcceptedView:
    """Return what the submitter of a job is told."""
    return job_views.AcceptedView(response_id=job.id, poll_url=job_url(request, job.id))


def job_url(request: Request, job_id: str) -> str:
    """Return a job's address, under the name by which the caller reached us."""
    return f"{request.base_url}jobs/{job_id}"


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
        request=without_image(job.request),
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
        links={
            "self": url,
            "events": f"{url}/events",
            **({"frames": f"{url}/frames"} if job.frames else {}),
        },
    )


def history_view(request: Request, entry: HistoryEntry) -> HistoryPictureView:
    """Return a picture of the history."""
    url = f"{request.base_url}history/{entry.id}"
    # Not `asdict`, which copies every record: a page has many.
    values = vars(entry) | {"request": without_image(entry.request)}
    return HistoryPictureView(**values, image_url=f"{url}/image", thumbnail_url=f"{url}/thumbnail")


def with_addresses(request: Request, status: Status, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose finished pictures also have addresses."""
    if event["event"] != "finished":
        return event
    url = f"{endpoint_url(request, status.job.endpoint)}/generations/{status.job.id}/images"
    return {**event, "images": list(_addressed(event["images"], url))}


def _permits(access: Access | None, scope: Scope, endpoint: Endpoint) -> bool:
    return access is not None and access.permits(scope, endpoint.name)


def _replicas(parts: Parts, name: str) -> list[ReplicaView]:
    return [
        ReplicaView(
            name=status.name,
            phase=status.phase.value,
            restarts=status.restarts,
            reason=status.reason,
            since=status.since,
            in_flight=status.in_flight,
        )
        for status in parts.replicas.replicas(name)
    ]


def _addressed(images: list[dict[str, Any]], url: str) -> Iterator[dict[str, Any]]:
    for index, image in enumerate(images):
        yield {"url": f"{url}/{index}", **image}
