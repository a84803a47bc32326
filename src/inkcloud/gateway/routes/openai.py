"""OpenAI's images API: pictures, the list of models, and the pictures' addresses."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from inkcloud.domain.access import Access
from inkcloud.domain.errors import InkcloudError, NotFound
from inkcloud.domain.job import Job
from inkcloud.gateway.body import read_json
from inkcloud.gateway.callers import require_token
from inkcloud.gateway.dependencies import Caller, PartsDependency
from inkcloud.gateway.dialect_openapi import DRAWING, dialect_errors, json_response
from inkcloud.gateway.dialect_route import Envelope, json_answer
from inkcloud.gateway.drawing import FinishedPicture, draw, finished_picture, finished_pictures
from inkcloud.gateway.event_stream import HEADERS, MEDIA_TYPE, encode_events
from inkcloud.gateway.named_endpoint import may_use, named_endpoint, usable_endpoint
from inkcloud.gateway.openai_stream import openai_events
from inkcloud.gateway.openapi import answer, body
from inkcloud.gateway.parts import Parts
from inkcloud.wire import openai
from inkcloud.wire.openai_body import OpenAIBody
from inkcloud.wire.picture_format import convert

ENVELOPE = Envelope(encode=openai.encode_error, status=openai.status_of, final=openai.is_final)
ROUTER = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ENVELOPE.route_class())
_IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}


@ROUTER.post(
    "/images/generations",
    response_class=Response,
    responses={
        200: {
            "description": "The pictures, or with `stream` their events as `data:` lines.",
            "content": {"application/json": {}, MEDIA_TYPE: {}},
        },
        **dialect_errors(*DRAWING),
    },
    openapi_extra=body(OpenAIBody),
)
async def generate(request: Request, parts: PartsDependency, caller: Caller) -> Response:
    """Draw at the endpoint that `model` names, or at the default one."""
    wish = openai.decode(await read_json(request, parts.settings.body_bytes))
    endpoint = await named_endpoint(request, parts, caller, wish.model)
    try:
        if wish.stream:
            return await _streamed(parts, endpoint.name, wish)
        jobs = await draw(request, parts, endpoint.name, [wish.request])
    except InkcloudError as error:
        raise openai.rename(error) from None
    pictures = await finished_pictures(parts, jobs)
    if wish.by_url:
        url = f"{request.base_url}v1/images/{jobs[0].id}/"
        names = [openai.file_name(index, wish.file_format) for index in range(len(pictures))]
        found: Sequence[bytes | str] = [url + name for name in names]
    else:
        found = await asyncio.to_thread(_files, pictures, wish)
    size = openai.size_of(pictures[0].record)
    return json_answer(openai.encode(wish, found, size, jobs[0].created))


@ROUTER.get(
    "/models",
    response_class=Response,
    responses={**json_response(200, "The endpoints."), **dialect_errors(403, 500)},
)
async def list_models(parts: PartsDependency, caller: Caller) -> Response:
    """List the endpoints that the caller may use, as models."""
    found = [e for e in await parts.endpoints.all() if may_use(caller, e)]
    return json_answer(openai.encode_models([(e.name, e.created) for e in found]))


@ROUTER.get(
    "/models/{name}",
    response_class=Response,
    responses={**json_response(200, "The endpoint."), **dialect_errors(401, 403, 404, 500)},
)
async def get_model(parts: PartsDependency, caller: Caller, name: str) -> Response:
    """Return one endpoint as a model."""
    endpoint = await usable_endpoint(parts, caller, name)
    return json_answer(openai.encode_model(endpoint.name, endpoint.created))


@ROUTER.get(
    "/images/{id}/{file}",
    response_class=Response,
    responses={
        **answer(200, "The picture's file.", "image/*"),
        **dialect_errors(401, 403, 404, 500),
    },
)
async def picture(parts: PartsDependency, caller: Caller, id: str, file: str) -> Response:
    """Return a picture that was asked for by address, in the format that its name ends in."""
    job = await _seen_job(parts, caller, id)
    index, wanted = openai.decode_file_name(file)
    found = await finished_picture(parts, job, index)
    content = await asyncio.to_thread(convert, found.png, wanted, record=found.record)
    return Response(content, headers=_IMMUTABLE, media_type=wanted.media_type)


async def _seen_job(parts: Parts, caller: Access | None, id: str) -> Job:
    """Return a job of an endpoint that the caller may use; any other is as if it were none."""
    try:
        job = (await parts.generations.get(id)).job
        if may_use(caller, await parts.endpoints.get(job.endpoint)):
            return job
    except NotFound:
        pass
    await require_token(caller)
    raise NotFound("There is no picture at this address.")


async def _streamed(parts: Parts, endpoint: str, wish: openai.Wish) -> StreamingResponse:
    await parts.endpoints.check(endpoint, wish.request)
    accepted = await parts.generations.submit(endpoint, wish.request, attached=True)
    events = openai_events(parts, accepted, wish)
    lines = encode_events(events, parts.settings.keep_alive_seconds)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


def _files(pictures: Sequence[FinishedPicture], wish: openai.Wish) -> list[bytes]:
    wanted, quality = wish.file_format, wish.compression
    return [convert(p.png, wanted, quality, p.record) for p in pictures]
