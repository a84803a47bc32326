"""What there is to call, and what becomes of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from inkcloud.control.code_permission import check_code_folder, code_variables
from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.gateway.callers import (
    Caller,
    ManagedEndpoint,
    PartsDependency,
    SeenEndpoint,
    TokenHolder,
    permit,
    require,
)
from inkcloud.gateway.dependencies import SmallJsonObject
from inkcloud.gateway.openapi import COMMON, body, problems
from inkcloud.gateway.openapi_links import ONE_ENDPOINT, links
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.views import endpoint_view
from inkcloud.wire import endpoint_body
from inkcloud.wire.endpoint_body import EndpointBody, EndpointChanges, NewEndpoint
from inkcloud.wire.endpoint_views import EndpointFacts, EndpointView

ROUTER = APIRouter(prefix="/endpoints", tags=["endpoints"])
_CREATED = links(
    f"GET {ONE_ENDPOINT}",
    f"PATCH {ONE_ENDPOINT}",
    f"POST {ONE_ENDPOINT}/pause",
    f"POST {ONE_ENDPOINT}/start",
    f"POST {ONE_ENDPOINT}/infer",
    f"DELETE {ONE_ENDPOINT}",
    name="$response.body#/name",
)
_Manager = Annotated[Access, Depends(require(Scope.MANAGE))]


@ROUTER.get("", responses=problems(401, 403, 500), response_model_exclude_none=True)
async def list_endpoints(
    request: Request, parts: PartsDependency, holder: TokenHolder
) -> list[EndpointView]:
    """List the endpoints that the token opens."""
    return [
        endpoint_view(request, parts, endpoint, holder)
        for endpoint in await parts.endpoints.all()
        if holder.endpoint in {"", endpoint.name}
    ]


@ROUTER.post(
    "",
    status_code=201,
    responses={201: _CREATED, **problems(*COMMON, 400, 409, 413, 503)},
    response_model_exclude_none=True,
    openapi_extra=body(EndpointBody),
)
async def create_endpoint(
    request: Request, parts: PartsDependency, manager: _Manager, values: SmallJsonObject
) -> EndpointView:
    """Make an endpoint from a template; from code of your own only with `deploy-code`."""
    wanted = endpoint_body.decode_new(values)
    if wanted.service:
        permit(manager, Scope.DEPLOY_CODE)
        endpoint = _from_code(wanted)
    else:
        endpoint = _from_template(parts, wanted, manager)
    return endpoint_view(request, parts, await parts.endpoints.create(endpoint), manager)


@ROUTER.get("/{name}", responses=problems(*COMMON), response_model_exclude_none=True)
async def get_endpoint(
    request: Request, parts: PartsDependency, endpoint: SeenEndpoint, caller: Caller
) -> EndpointFacts:
    """Return an endpoint with its service's facts, which are absent until a replica runs."""
    view = endpoint_view(request, parts, endpoint, caller).model_dump()
    return EndpointFacts.model_validate(await parts.endpoints.facts(endpoint.name) | view)


@ROUTER.patch(
    "/{name}",
    responses=problems(*COMMON, 400, 413, 503),
    response_model_exclude_none=True,
    openapi_extra=body(EndpointChanges),
)
async def change_endpoint(
    request: Request,
    parts: PartsDependency,
    endpoint: ManagedEndpoint,
    holder: TokenHolder,
    values: SmallJsonObject,
) -> EndpointView:
    """Change an endpoint; requests at work are not disturbed."""
    changes = endpoint_body.decode_changes(values, endpoint.environment)
    if code_variables(endpoint.environment, changes.get("environment")):
        permit(holder, Scope.DEPLOY_CODE, endpoint=endpoint.name)
    changed = await parts.endpoints.update(endpoint.name, changes)
    return endpoint_view(request, parts, changed, holder)


@ROUTER.delete("/{name}", status_code=204, responses=problems(*COMMON, 503))
async def delete_endpoint(parts: PartsDependency, endpoint: ManagedEndpoint) -> Response:
    """Remove an endpoint, its replicas and its jobs."""
    await parts.endpoints.delete(endpoint.name)
    return Response(status_code=204)


@ROUTER.post("/{name}/pause", responses=problems(*COMMON, 503), response_model_exclude_none=True)
async def pause_endpoint(
    request: Request, parts: PartsDependency, endpoint: ManagedEndpoint, holder: TokenHolder
) -> EndpointView:
    """Stop an endpoint's replicas and refuse its requests until it is started; jobs wait."""
    paused = await parts.endpoints.pause(endpoint.name)
    return endpoint_view(request, parts, paused, holder)


@ROUTER.post("/{name}/start", responses=problems(*COMMON, 503), response_model_exclude_none=True)
async def start_endpoint(
    request: Request, parts: PartsDependency, endpoint: ManagedEndpoint, holder: TokenHolder
) -> EndpointView:
    """Take requests again."""
    started = await parts.endpoints.start(endpoint.name)
    return endpoint_view(request, parts, started, holder)


def _from_code(wanted: NewEndpoint) -> Endpoint:
    check_code_folder(wanted.code_folder)
    values = endpoint_body.with_model(wanted)
    return Endpoint(
        name=wanted.name, service=wanted.service, code_folder=wanted.code_folder, **values
    )


def _from_template(parts: Parts, wanted: NewEndpoint, manager: Access) -> Endpoint:
    template = parts.templates.get(wanted.template)
    endpoint = parts.templates.endpoint(
        wanted.template, wanted.name, model=wanted.model, **wanted.values
    )
    if code_variables(template.environment, endpoint.environment):
        permit(manager, Scope.DEPLOY_CODE)
    return endpoint
