"""OctoAI's control plane: endpoints under its words, and what it had that is not here."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

import psutil
from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from inkcloud.control.code_permission import code_variables
from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.errors import InkcloudError, InvalidRequest, NotFound
from inkcloud.domain.log_line import LogLine
from inkcloud.gateway.body import read_json
from inkcloud.gateway.callers import (
    ManagedEndpoint,
    PartsDependency,
    ReadEndpoint,
    TokenHolder,
    permit,
    require,
)
from inkcloud.gateway.dialect_openapi import dialect_errors, json_response
from inkcloud.gateway.dialect_route import Envelope, json_answer
from inkcloud.gateway.event_stream import HEADERS
from inkcloud.gateway.json_lines import MEDIA_TYPE, json_lines
from inkcloud.gateway.named_endpoint import DEFAULT_ENDPOINT
from inkcloud.gateway.openapi import body
from inkcloud.gateway.openapi_links import links
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.views import endpoint_url
from inkcloud.wire import control_plane
from inkcloud.wire.control_plane_body import EndpointCreate, EndpointUpdate

ENVELOPE = Envelope(encode=control_plane.encode_error)
ROUTER = APIRouter(prefix="/v1", tags=["OctoAI control plane"], route_class=ENVELOPE.route_class())
_READ = {**json_response(200, "As OctoAI answers."), **dialect_errors(401, 403, 404, 422, 500)}
_CHANGE = {**_READ, **dialect_errors(400, 409, 413)}
_ONE = "/v1/endpoint/{name}"
_CREATED = links(f"GET {_ONE}", f"PATCH {_ONE}", f"DELETE {_ONE}", name="$response.body#/name")
_Manager = Annotated[Access, Depends(require(Scope.MANAGE))]
_Reader = Annotated[Access, Depends(require(Scope.READ))]


@ROUTER.post(
    "/endpoint",
    status_code=201,
    response_class=Response,
    responses={
        201: json_response(201, "The new endpoint.")[201] | _CREATED,
        **dialect_errors(400, 401, 403, 409, 413, 422, 500, 503),
    },
    openapi_extra=body(EndpointCreate),
)
async def create_endpoint(request: Request, parts: PartsDependency, manager: _Manager) -> Response:
    """Create an endpoint from the template that `image_url` names."""
    wanted = control_plane.decode_new(await read_json(request, parts.settings.body_bytes))
    try:
        made = parts.templates.endpoint(wanted.template, wanted.name, **wanted.values)
        template = parts.templates.get(wanted.template)
        if code_variables(template.environment, made.environment):
            permit(manager, Scope.DEPLOY_CODE)
        endpoint = await parts.endpoints.create(made)
    except NotFound as error:
        raise InvalidRequest(
            error.message, field="image_url", value=wanted.template, allowed=error.allowed
        ) from None
    except InkcloudError as error:
        raise control_plane.rename(error) from None
    answer = json_answer(_view(request, parts, endpoint, manager))
    answer.status_code = 201
    return answer


@ROUTER.get("/endpoints", response_class=Response, responses=_READ)
async def list_endpoints(request: Request, parts: PartsDependency, holder: TokenHolder) -> Response:
    """List the endpoints that the token lets its holder see."""
    found = [e for e in await parts.endpoints.all() if holder.permits(Scope.READ, e.name)]
    return json_answer([_view(request, parts, endpoint, holder) for endpoint in found])


@ROUTER.get("/endpoint/{name}", response_class=Response, responses=_READ)
async def get_endpoint(
    request: Request, parts: PartsDependency, endpoint: ReadEndpoint, holder: TokenHolder
) -> Response:
    """Return an endpoint as it stands."""
    return json_answer(_view(request, parts, endpoint, holder))


@ROUTER.patch(
    "/endpoint/{name}",
    response_class=Response,
    responses=_CHANGE,
    openapi_extra=body(EndpointUpdate),
)
async def update_endpoint(
    request: Request, parts: PartsDependency, endpoint: ManagedEndpoint, holder: TokenHolder
) -> Response:
    """Change some of an endpoint's fields."""
    values = await read_json(request, parts.settings.body_bytes)
    wanted = control_plane.decode_change(values, endpoint)
    if code_variables(endpoint.environment, wanted.get("environment")):
        permit(holder, Scope.DEPLOY_CODE, endpoint=endpoint.name)
    try:
        changed = await parts.endpoints.update(endpoint.name, wanted)
    except InkcloudError as error:
        raise control_plane.rename(error) from None
    return json_answer(_view(request, parts, changed, holder))


@ROUTER.delete("/endpoint/{name}", response_class=Response, responses=_READ)
async def delete_endpoint(parts: PartsDependency, endpoint: ManagedEndpoint) -> Response:
    """Delete an endpoint."""
    await parts.endpoints.delete(endpoint.name)
    return json_answer({"message": f"The endpoint {endpoint.name} is deleted."})


@ROUTER.get("/endpoint/{name}/container/metadata", response_class=Response, responses=_READ)
async def container(endpoint: ReadEndpoint) -> Response:
    """Say that there is no container."""
    raise NotFound(control_plane.NO_CONTAINER)


@ROUTER.get("/endpoint/{name}/volume_token", response_class=Response, responses=_READ)
async def volume_token(endpoint: ReadEndpoint) -> Response:
    """Say that there is no volume."""
    raise NotFound(control_plane.NO_VOLUME)


@ROUTER.get(
    "/public-endpoints",
    response_class=Response,
    responses={**json_response(200, "Public endpoints."), **dialect_errors(403, 500)},
)
async def public_endpoints(request: Request, parts: PartsDependency) -> Response:
    """List the public endpoints, the default one also as OctoAI's demonstration."""
    found = [endpoint for endpoint in await parts.endpoints.all() if endpoint.public]
    views = [control_plane.encode_hosted(e, endpoint_url(request, e.name)) for e in found]
    views += [
        control_plane.encode_hosted(e, endpoint_url(request, e.name), control_plane.DEMO)
        for e in found
        if e.name == DEFAULT_ENDPOINT
    ]
    return json_answer(views)


@ROUTER.get("/logs/{name}", response_class=Response, responses=_READ)
async def logs(request: Request, parts: PartsDependency, endpoint: ReadEndpoint) -> Response:
    """Return the newest lines that an endpoint's replicas wrote, oldest first."""
    window = control_plane.decode_window(dict(request.query_params))
    found = await parts.replicas.logs(endpoint.name, window.replica, window.most, window.begin)
    inside = [line for line in found if window.end is None or line.at <= window.end]
    return json_answer([control_plane.encode_line(line) for line in inside])


@ROUTER.get("/logs/{name}/stream", response_class=Response, responses=_READ)
async def follow_logs(request: Request, parts: PartsDependency, endpoint: ReadEndpoint) -> Response:
    """Stream each line that an endpoint's replicas write, as JSON."""
    replica = request.query_params.get("replica_id")
    return _stream(parts, _lines(parts.replicas.follow_logs(endpoint.name, replica)))


@ROUTER.get("/events/{name}", response_class=Response, responses=_READ)
async def events(request: Request, parts: PartsDependency, endpoint: ReadEndpoint) -> Response:
    """Return what happened to an endpoint and its replicas lately, oldest first."""
    window = control_plane.decode_window(dict(request.query_params))
    found = await parts.events.newest(endpoint.name, control_plane.MOST_LINES)
    inside = [event for event in found if window.holds(event.at, event.replica)]
    return json_answer([control_plane.encode_event(event) for event in inside[-window.most :]])


@ROUTER.get("/events/{name}/stream", response_class=Response, responses=_READ)
async def follow_events(
    request: Request, parts: PartsDependency, endpoint: ReadEndpoint
) -> Response:
    """Stream each thing that happens to an endpoint and its replicas, as JSON."""
    replica = request.query_params.get("replica_id")
    return _stream(parts, _events(parts.events.follow(endpoint.name), replica))


@ROUTER.get("/instance-types", response_class=Response, responses=_READ)
async def instance_types(_: _Reader) -> Response:
    """Describe this machine: the only place where replicas run."""
    memory = psutil.virtual_memory().total
    return json_answer([control_plane.encode_instance(os.cpu_count() or 1, memory)])


@ROUTER.get("/secrets", response_class=Response, responses=_READ)
async def secrets(_: _Reader) -> Response:
    """Return no names: there is no store of secrets."""
    return json_answer([])


@ROUTER.get("/registry-credentials", response_class=Response, responses=_READ)
async def registry_credentials(_: _Reader) -> Response:
    """Return none: there are no container registries."""
    return json_answer([])


async def no_account(_: _Reader) -> Response:
    """Say that there are no accounts."""
    raise NotFound(control_plane.NO_ACCOUNT)


async def no_secret(_: _Reader) -> Response:
    """Say that there is no store of secrets."""
    raise NotFound(control_plane.NO_SECRETS)


async def no_credential(_: _Reader) -> Response:
    """Say that there are no credentials for registries."""
    raise NotFound(control_plane.NO_CREDENTIALS)


async def _of_that_name(key: str) -> None:
    """Take the name of what is not here, so that the description has it."""


_NOT_HERE = (
    (no_account, "/account", ("GET", "POST", "PATCH")),
    (no_secret, "/secret", ("POST",)),
    (no_secret, "/secret/{key}", ("GET", "PUT", "DELETE")),
    (no_credential, "/registry-credential", ("POST",)),
    (no_credential, "/registry-credential/{key}", ("GET", "PUT", "DELETE")),
)
for _handler, _path, _methods in _NOT_HERE:
    for _method in _methods:
        ROUTER.add_api_route(
            _path,
            _handler,
            methods=[_method],
            dependencies=[Depends(_of_that_name)] if "{key}" in _path else None,
            response_class=Response,
            responses=dialect_errors(401, 403, 404, 422, 500),
        )


def _view(request: Request, parts: Parts, endpoint: Endpoint, holder: Access) -> dict[str, Any]:
    view = control_plane.encode(
        endpoint, endpoint_url(request, endpoint.name), parts.replicas.replicas(endpoint.name)
    )
    if not holder.permits(Scope.MANAGE, endpoint.name):
        view["env_overrides"] = {}  # they may hold the keys of other services
    return view


def _stream(parts: Parts, values: AsyncGenerator[dict[str, Any]]) -> StreamingResponse:
    lines = json_lines(values, parts.stopping)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


async def _lines(lines: AsyncIterator[LogLine]) -> AsyncGenerator[dict[str, Any]]:
    async with aclosing(lines):  # type: ignore[type-var]
        async for line in lines:
            yield control_plane.encode_line(line)


async def _events(
    events: AsyncIterator[EndpointEvent], replica: str | None
) -> AsyncGenerator[dict[str, Any]]:
    async with aclosing(events):  # type: ignore[type-var]
        async for event in events:
            if replica in {None, event.replica}:
                yield control_plane.encode_event(event)
