"""Figures for Prometheus, and for the console's plots."""

from fastapi import APIRouter, Depends, Request, Response

from inkcloud.domain.access import Scope
from inkcloud.gateway.callers import ReadEndpoint, require
from inkcloud.gateway.metrics import MEDIA_TYPE
from inkcloud.gateway.openapi import COMMON, answer, problems
from inkcloud.gateway.series import INTERVAL_SECONDS
from inkcloud.wire.endpoint_views import EndpointSeries

ROUTER = APIRouter(tags=["watching"])


@ROUTER.get(
    "/metrics",
    dependencies=[Depends(require(Scope.READ))],
    response_class=Response,
    responses={**answer(200, "Prometheus' text form.", MEDIA_TYPE), **problems(401, 403, 500)},
)
async def metrics(request: Request) -> Response:
    """Return all figures; Prometheus sends a token with the scope read."""
    await request.app.state.sampler.now()
    return Response(request.app.state.metrics.render(), headers={"Content-Type": MEDIA_TYPE})


@ROUTER.get("/endpoints/{name}/metrics", responses=problems(*COMMON))
async def endpoint_metrics(request: Request, endpoint: ReadEndpoint) -> EndpointSeries:
    """Return an endpoint's last hour, a point every few seconds, oldest first."""
    series = request.app.state.metrics.series.get(endpoint.name)
    points = series.points() if series else []
    return EndpointSeries(interval_seconds=INTERVAL_SECONDS, points=points)
