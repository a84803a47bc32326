"""The tutorial's call: send a prompt, wait, get the pictures."""

from functools import partial

from fastapi import APIRouter, Request, Response

from inkcloud.domain.errors import InkcloudError
from inkcloud.gateway.dependencies import JsonObject, OpenEndpoint, PartsDependency, disconnected
from inkcloud.gateway.openapi import COMMON, SUBMITTING, body, problems
from inkcloud.wire import octoai, problem
from inkcloud.wire.predict_body import PredictAnswer, PredictBody

ROUTER = APIRouter(tags=["predict"])


@ROUTER.post(
    "/endpoints/{name}/predict",
    response_model=PredictAnswer,
    responses=problems(*COMMON, *SUBMITTING, 409, 502, 504),
    openapi_extra=body(PredictBody),
)
async def predict(
    request: Request, parts: PartsDependency, endpoint: OpenEndpoint, values: JsonObject
) -> Response:
    """Draw, and answer with the pictures; hanging up cancels the work."""
    try:
        wanted = octoai.decode(values)
        await parts.endpoints.check(endpoint.name, wanted)
        gone = partial(disconnected, request)
        job = await parts.generations.run_now(endpoint.name, wanted, abandoned=gone)
    except InkcloudError as error:
        raise octoai.rename(error) from None
    pngs = [await parts.generations.image(job, index) for index in range(len(job.images))]
    headers = {"X-Inkcloud-Generation": job.id, "X-Inkcloud-Seed": str(wanted.seed)}
    answer = problem.dump(octoai.encode(pngs))
    return Response(answer, headers=headers, media_type="application/json")
