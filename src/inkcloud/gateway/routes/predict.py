"""OctoAI's `predict`, the tutorial's call: answered at once, as a stream, or as a job."""

from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from inkcloud.control.generations import Origin
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.gateway.body import read_json
from inkcloud.gateway.call_options import ASYNC_HEADER, KEY_HEADER, CallOptions
from inkcloud.gateway.callers import Caller, PartsDependency, UsedEndpoint
from inkcloud.gateway.dependencies import disconnected, refuse_if_paused
from inkcloud.gateway.dialect_route import json_answer
from inkcloud.gateway.drawing import finished_pictures
from inkcloud.gateway.event_stream import HEADERS, MEDIA_TYPE
from inkcloud.gateway.named_endpoint import draws
from inkcloud.gateway.openapi import COMMON, OPTIONS, SUBMITTING, body, problems
from inkcloud.gateway.openapi_links import job_links
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.predict_stream import predict_lines
from inkcloud.gateway.routes import calls
from inkcloud.gateway.views import accepted_view
from inkcloud.wire import octoai
from inkcloud.wire.job_views import AcceptedView
from inkcloud.wire.predict_body import PredictAnswer, PredictBody

ROUTER = APIRouter(tags=["predict"])


@ROUTER.post(
    "/endpoints/{name}/predict",
    response_model=PredictAnswer,
    responses={
        200: {"content": {MEDIA_TYPE: {}}},
        202: {
            "model": AcceptedView,
            "description": f"Accepted, with `{ASYNC_HEADER}: 1`.",
            **job_links("$response.body#/response_id"),
        },
        **problems(*COMMON, *SUBMITTING, 409, 502, 504),
    },
    openapi_extra=body(PredictBody) | OPTIONS,
)
async def predict(
    request: Request, parts: PartsDependency, endpoint: UsedEndpoint, caller: Caller
) -> Response:
    """Draw; another kind of service has its own `predict`, which is asked then."""
    if not await draws(parts, endpoint):
        return await calls.call(request, parts, endpoint, caller)
    options = CallOptions.of(request.headers)
    values = await read_json(request, parts.settings.image_body_bytes)
    wanted = octoai.decode(values, key=options.idempotency_key)
    wanted = replace(wanted, request=_limited(wanted, options))
    origin = Origin(token_id=caller.id if caller else "", idempotency_key=options.idempotency_key)
    try:
        await parts.endpoints.check(endpoint.name, wanted.request)
        if wanted.stream:
            return await _streamed(parts, endpoint.name, wanted, options)
        if options.later:
            refuse_if_paused(endpoint)
            return await _later(request, parts, endpoint.name, wanted, origin)
        return await _now(request, parts, endpoint.name, wanted, origin)
    except InkcloudError as error:
        raise octoai.rename(error, wanted.form) from None


async def _now(
    request: Request, parts: Parts, endpoint: str, wanted: octoai.Predict, origin: Origin
) -> Response:
    """Answer with the pictures; hanging up cancels the work."""
    gone = partial(disconnected, request)
    job = await parts.generations.run_now(endpoint, wanted.request, origin=origin, abandoned=gone)
    pictures = await finished_pictures(parts, [job])
    headers = {"X-Inkcloud-Generation": job.id, "X-Inkcloud-Seed": str(wanted.request.seed)}
    return json_answer(octoai.encode([p.png for p in pictures], wanted.form), headers)


async def _later(
    request: Request, parts: Parts, endpoint: str, wanted: octoai.Predict, origin: Origin
) -> Response:
    tag = octoai.tag_of(wanted.form)
    status = await parts.generations.submit(endpoint, wanted.request, tag, origin=origin)
    answer = json_answer(accepted_view(request, status.job).model_dump())
    answer.status_code = 202
    return answer


async def _streamed(
    parts: Parts, endpoint: str, wanted: octoai.Predict, options: CallOptions
) -> Response:
    if options.later or options.idempotency_key is not None:
        raise InvalidRequest(
            "A stream is neither answered later nor repeated.",
            field=octoai.STREAM,
            value=True,
            allowed=f"false, with {ASYNC_HEADER} or {KEY_HEADER}",
        )
    accepted = await parts.generations.submit(endpoint, wanted.request, attached=True)
    lines = predict_lines(parts, accepted, wanted.form)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


def _limited(wanted: octoai.Predict, options: CallOptions) -> GenerationRequest:
    return replace(wanted.request, deadline_seconds=options.deadline_seconds)
