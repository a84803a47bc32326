"""What there is to call."""

from fastapi import APIRouter, Depends, Request

from inkcloud.gateway.dependencies import OpenEndpoint, PartsDependency, require_token
from inkcloud.gateway.openapi import COMMON, problems
from inkcloud.gateway.views import endpoint_view
from inkcloud.wire.native import EndpointFacts, EndpointView

ROUTER = APIRouter(prefix="/endpoints", tags=["endpoints"])


@ROUTER.get("", dependencies=[Depends(require_token)], responses=problems(401, 403, 500))
async def list_endpoints(request: Request, parts: PartsDependency) -> list[EndpointView]:
    """List every endpoint."""
    return [endpoint_view(request, parts, endpoint) for endpoint in await parts.endpoints.all()]


@ROUTER.get("/{name}", responses=problems(*COMMON), response_model_exclude_none=True)
async def get_endpoint(
    request: Request, parts: PartsDependency, endpoint: OpenEndpoint
) -> EndpointFacts:
    """Return an endpoint with its service's facts, which are absent until a replica runs."""
    view = endpoint_view(request, parts, endpoint).model_dump()
    return EndpointFacts.model_validate(await parts.endpoints.facts(endpoint.name) | view)
