"""The web UI's API: `/sdapi/v1`."""

from typing import Any

from fastapi import APIRouter, Request, Response

from inkcloud.domain.access import Access
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.gateway.basic_caller import BasicCaller, key_of
from inkcloud.gateway.body import read_json
from inkcloud.gateway.callers import PartsDependency
from inkcloud.gateway.dialect_openapi import DRAWING, dialect_errors, json_response
from inkcloud.gateway.dialect_route import Envelope, json_answer
from inkcloud.gateway.drawing import draw, finished_pictures
from inkcloud.gateway.named_endpoint import may_use, named_endpoint
from inkcloud.gateway.openapi import body
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.webui_desks import DesksDependency, Work
from inkcloud.wire import webui
from inkcloud.wire.webui_body import FromImageBody, FromTextBody, OptionsBody

ENVELOPE = Envelope(encode=webui.encode_error, challenge='Basic realm="Inkcloud"')
ROUTER = APIRouter(prefix="/sdapi/v1", tags=["web UI"], route_class=ENVELOPE.route_class())
_PICTURES = {**json_response(200, "The pictures."), **dialect_errors(*DRAWING)}
_READ = {**json_response(200, "As the web UI answers."), **dialect_errors(403, 500)}
# What the web UI lists and there is none of here.
_NOTHING: dict[str, Any] = {
    "cmd-flags": {},
    "embeddings": {"loaded": {}, "skipped": {}},
    "face-restorers": [],
    "hypernetworks": [],
    "latent-upscale-modes": [],
    "loras": [],
    "prompt-styles": [],
    "realesrgan-models": [],
    "scripts": {"txt2img": [], "img2img": []},
    "sd-vae": [],
    "upscalers": [],
}


@ROUTER.post(
    "/txt2img", response_class=Response, responses=_PICTURES, openapi_extra=body(FromTextBody)
)
async def txt2img(
    request: Request, parts: PartsDependency, desks: DesksDependency, caller: BasicCaller
) -> Response:
    """Draw at the endpoint that the chosen checkpoint names, or at the default one."""
    values = await read_json(request, parts.settings.body_bytes)
    return await _drawn(request, parts, desks, caller, webui.decode(values))


@ROUTER.post(
    "/img2img", response_class=Response, responses=_PICTURES, openapi_extra=body(FromImageBody)
)
async def img2img(
    request: Request, parts: PartsDependency, desks: DesksDependency, caller: BasicCaller
) -> Response:
    """Draw from a picture, in the same way."""
    values = await read_json(request, parts.settings.image_body_bytes)
    return await _drawn(request, parts, desks, caller, webui.decode(values, from_image=True))


@ROUTER.get("/progress", response_class=Response, responses=_READ)
async def progress(request: Request, desks: DesksDependency, caller: BasicCaller) -> Response:
    """Say how far the caller's own work has come."""
    skip = request.query_params.get("skip_current_image", "").lower() in {"1", "true", "yes"}
    standing = await desks.standing(key_of(request, caller), preview=not skip)
    return json_answer(webui.encode_progress(standing))


@ROUTER.post("/interrupt", response_class=Response, responses=_READ)
async def interrupt(request: Request, desks: DesksDependency, caller: BasicCaller) -> Response:
    """Stop the caller's own work; it is answered with what is finished."""
    await desks.interrupt(key_of(request, caller))
    return json_answer({})


@ROUTER.post("/skip", response_class=Response, responses=_READ)
async def skip(request: Request, desks: DesksDependency, caller: BasicCaller) -> Response:
    """Leave out the iteration that is in work."""
    await desks.skip(key_of(request, caller))
    return json_answer(None)


@ROUTER.get("/samplers", response_class=Response, responses=_READ)
async def samplers() -> Response:
    """List the samplers."""
    return json_answer(webui.encode_samplers())


@ROUTER.get("/schedulers", response_class=Response, responses=_READ)
async def schedulers() -> Response:
    """List the one choice of noise levels."""
    return json_answer(webui.encode_schedulers())


@ROUTER.get("/sd-models", response_class=Response, responses=_READ)
async def sd_models(parts: PartsDependency, caller: BasicCaller) -> Response:
    """List the endpoints that the caller may use, as checkpoints."""
    found = [each for each in await parts.endpoints.all() if may_use(caller, each)]
    models = [webui.encode_model(e.name, await _hash(parts, e.name)) for e in found]
    return json_answer(models)


@ROUTER.post("/refresh-checkpoints", response_class=Response, responses=_READ)
async def refresh_checkpoints() -> Response:
    """Do nothing: the list of checkpoints is always fresh."""
    return json_answer(None)


@ROUTER.get(
    "/options", response_class=Response, responses={**_READ, **dialect_errors(401, 404, 422)}
)
async def get_options(
    request: Request, parts: PartsDependency, desks: DesksDependency, caller: BasicCaller
) -> Response:
    """Return the options: the checkpoint that the caller has chosen."""
    chosen = desks.of(key_of(request, caller)).checkpoint
    endpoint = await named_endpoint(request, parts, caller, chosen)
    model_hash = await _hash(parts, endpoint.name)
    return json_answer(webui.encode_options(endpoint.name, model_hash))


@ROUTER.post(
    "/options",
    response_class=Response,
    responses={**_READ, **dialect_errors(400, 401, 404, 413, 422)},
    openapi_extra=body(OptionsBody),
)
async def set_options(
    request: Request, parts: PartsDependency, desks: DesksDependency, caller: BasicCaller
) -> Response:
    """Choose the checkpoint of the caller's requests from now on."""
    chosen = webui.decode_options(await read_json(request, parts.settings.body_bytes))
    if chosen:
        endpoint = await named_endpoint(request, parts, caller, chosen)
        if endpoint.name != chosen:
            raise InvalidRequest(
                "There is no checkpoint of that name.",
                field=webui.CHECKPOINT,
                value=chosen,
                allowed="a title or model_name that /sdapi/v1/sd-models lists",
            )
        desks.of(key_of(request, caller)).checkpoint = endpoint.name
    return json_answer(None)


@ROUTER.get("/{listing}", response_class=Response, responses={**_READ, **dialect_errors(404)})
async def nothing(listing: str) -> Response:
    """Return an empty list of what there is none of here: scripts, LoRAs, upscalers, ..."""
    if listing not in _NOTHING:
        raise webui.not_here(listing)
    return json_answer(_NOTHING[listing])


async def _drawn(
    request: Request, parts: Parts, desks: DesksDependency, caller: Access | None, wish: webui.Wish
) -> Response:
    desk = desks.of(key_of(request, caller))
    endpoint = await named_endpoint(request, parts, caller, wish.checkpoint or desk.checkpoint)
    work = Work(len(wish.requests), wish.requests[0].num_inference_steps)
    desk.works.append(work)
    try:
        jobs = await draw(
            request,
            parts,
            endpoint.name,
            wish.requests,
            accepted=lambda job_id: desks.accepted(work, job_id),
            may_skip=True,
        )
    except InkcloudError as error:
        raise webui.rename(error) from None
    finally:
        desk.works.remove(work)
    pictures = await finished_pictures(parts, jobs)
    pngs, records = [p.png for p in pictures], [p.record for p in pictures]
    return json_answer(webui.encode(wish, pngs, records, began=work.began))


async def _hash(parts: Parts, name: str) -> str | None:
    found = (await parts.endpoints.facts(name)).get("model_hash")
    return found if isinstance(found, str) else None
