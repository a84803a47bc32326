"""Whether requests can be answered now."""

from fastapi import APIRouter, Response

from inkcloud.control.ports import ReplicaState
from inkcloud.domain.access import Scope
from inkcloud.gateway.callers import Caller, PartsDependency, SeenEndpoint
from inkcloud.gateway.openapi import COMMON, problems
from inkcloud.wire.endpoint_views import EndpointHealth, Health

ROUTER = APIRouter(tags=["health"])
_SEEING = (Scope.PREDICT, Scope.READ)
_READY = {ReplicaState.RUNNING, ReplicaState.IDLE}  # an idle one starts at the first request


@ROUTER.get(
    "/healthcheck",
    response_model=Health,
    responses={
        **problems(403, 500),
        503: {"model": Health, "description": "Not every endpoint is ready."},
    },
)
async def healthcheck(response: Response, parts: PartsDependency, caller: Caller) -> Health:
    """Answer 200 when every endpoint is ready; private ones are named to those they open to."""
    endpoints = await parts.endpoints.all()
    states = {endpoint.name: parts.endpoints.state(endpoint.name) for endpoint in endpoints}
    order = (ReplicaState.STOPPED, ReplicaState.STARTING)
    worst = next((state for state in order if state in states.values()), ReplicaState.RUNNING)
    response.status_code = 200 if worst is ReplicaState.RUNNING else 503
    shown = {
        e.name: states[e.name].value
        for e in endpoints
        if e.public or (caller and any(caller.permits(s, e.name) for s in _SEEING))
    }
    return Health(status=worst.name, endpoints=shown)


@ROUTER.get(
    "/endpoints/{name}/healthcheck",
    response_model=EndpointHealth,
    responses={
        **problems(*COMMON),
        503: {"model": EndpointHealth, "description": "It does not take requests now."},
    },
)
async def endpoint_healthcheck(
    response: Response, parts: PartsDependency, endpoint: SeenEndpoint
) -> EndpointHealth:
    """Answer 200 when the endpoint takes requests; this starts no replica."""
    state = parts.endpoints.state(endpoint.name)
    response.status_code = 200 if state in _READY else 503
    return EndpointHealth(status=state.name)
