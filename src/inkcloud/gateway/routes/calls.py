"""Any path of any endpoint's service: answered at once, as a stream, or later."""

from fastapi import APIRouter, Request, Response

from inkcloud.control.service_call import ServiceCall, passed_on, target_of
from inkcloud.domain.access import Access
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Conflict, InvalidRequest
from inkcloud.gateway.body import read_body
from inkcloud.gateway.call_options import KEY_HEADER, CallOptions
from inkcloud.gateway.callers import Caller, PartsDependency, SeenEndpoint, UsedEndpoint
from inkcloud.gateway.dependencies import refuse_if_paused
from inkcloud.gateway.openapi import CALLED, COMMON, OPTIONS, SUBMITTING, Responses, problems
from inkcloud.gateway.openapi_links import job_links
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.passed_on import PassedOn
from inkcloud.gateway.views import accepted_view
from inkcloud.wire import json_body, problem
from inkcloud.wire.job_views import AcceptedView

ROUTER = APIRouter(prefix="/endpoints/{name}", tags=["calls"])
_JSON = "application/json"
_STREAM_FIELD = "stream"
_PASSED: Responses = {
    "default": {"description": "What the service answers.", "content": {"*/*": {}}}
}


@ROUTER.get(
    "/openapi.json",
    response_class=Response,
    responses={**_PASSED, **problems(*COMMON, 409, 502, 503)},
)
async def openapi(request: Request, parts: PartsDependency, endpoint: SeenEndpoint) -> Response:
    """Return the service's own description; a replica may have to start first."""
    call = ServiceCall(method="GET", target="/openapi.json")
    return PassedOn(parts.services, endpoint.name, call, sandboxed=False)


@ROUTER.post(
    "/infer",
    response_class=Response,
    responses={
        202: {
            "model": AcceptedView,
            "description": "Accepted, with `Prefer: respond-async`.",
            **job_links("$response.body#/response_id"),
        },
        **_PASSED,
        **problems(*COMMON, *SUBMITTING, 409, 502, 504),
    },
    openapi_extra=CALLED | OPTIONS,
)
async def infer(
    request: Request, parts: PartsDependency, endpoint: UsedEndpoint, caller: Caller
) -> Response:
    """Ask the service; `"stream": true` in the body asks for a stream."""
    return await _answer(request, parts, endpoint, caller)


@ROUTER.api_route(
    "/{path:path}",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    response_class=Response,
    include_in_schema=False,
)
async def call(
    request: Request, parts: PartsDependency, endpoint: UsedEndpoint, caller: Caller
) -> Response:
    """Ask the service at any other path, with any method, body and answer."""
    return await _answer(request, parts, endpoint, caller)


async def _answer(
    request: Request, parts: Parts, endpoint: Endpoint, caller: Access | None
) -> Response:
    options = CallOptions.of(request.headers)
    target = _target(request)
    content = await read_body(request, parts.settings.image_body_bytes)
    if request.method == "POST" and (options.later or options.idempotency_key):
        return await _job(request, parts, endpoint, caller, options, target, content)
    call = ServiceCall(
        method=request.method,
        target=target,
        headers=passed_on(request.headers.items()),
        body=content,
        deadline_seconds=options.deadline_seconds,
    )
    own_host = getattr(request.state, "own_host", False)
    return PassedOn(parts.services, endpoint.name, call, sandboxed=not own_host)


async def _job(
    request: Request,
    parts: Parts,
    endpoint: Endpoint,
    caller: Access | None,
    options: CallOptions,
    target: str,
    content: bytes,
) -> Response:
    values = json_body.decode(content)
    if values.get(_STREAM_FIELD, False) is not False:
        raise InvalidRequest(
            "A stream is neither answered later nor repeated.",
            field=_STREAM_FIELD,
            value=values[_STREAM_FIELD],
            allowed=f"false, with `Prefer: respond-async` or {KEY_HEADER}",
        )
    refuse_if_paused(endpoint)
    job, new = await parts.jobs.submit(
        endpoint.name,
        target,
        values,
        deadline_seconds=options.deadline_seconds,
        token_id=caller.id if caller else "",
        idempotency_key=options.idempotency_key,
    )
    if options.later:
        return Response(
            problem.dump(accepted_view(request, job).model_dump()),
            status_code=202,
            media_type=_JSON,
        )
    if not (new or job.state.final):
        raise Conflict(
            "An earlier request with this key is still at work. Ask again later.",
            field=KEY_HEADER,
            value=options.idempotency_key,
            allowed="the same key once it is done, or a new key for a new request",
        )
    return Response(problem.dump(await parts.jobs.answer(job)), media_type=_JSON)


def _target(request: Request) -> str:
    """Return path and query at the service: what follows `/endpoints/NAME`."""
    path = request.scope["raw_path"].split(b"/", 3)[3]
    return target_of(b"/" + path, request.scope["query_string"])
