"""Whether the gateway can answer requests now."""

from fastapi import APIRouter, Response

from inkcloud.control.ports import ReplicaState
from inkcloud.gateway.dependencies import HasToken, PartsDependency
from inkcloud.gateway.openapi import problems
from inkcloud.wire.native import Health

ROUTER = APIRouter(tags=["health"])


@ROUTER.get(
    "/healthcheck",
    response_model=Health,
    responses={
        **problems(403, 500),
        503: {"model": Health, "description": "Not every endpoint is ready."},
    },
)
async def healthcheck(response: Response, parts: PartsDependency, trusted: HasToken) -> Health:
    """Answer 200 when every endpoint is ready; private endpoints are named to token holders."""
    endpoints = await parts.endpoints.all()
    states = {endpoint.name: parts.endpoints.state(endpoint.name) for endpoint in endpoints}
    order = (ReplicaState.STOPPED, ReplicaState.STARTING)
    worst = next((state for state in order if state in states.values()), ReplicaState.RUNNING)
    response.status_code = 200 if worst is ReplicaState.RUNNING else 503
    shown = {e.name: states[e.name].value for e in endpoints if e.public or trusted}
    return Health(status=worst.name, endpoints=shown)
