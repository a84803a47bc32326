"""OctoAI's image-generation API."""

import asyncio
import time
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from inkcloud.domain.errors import InkcloudError
from inkcloud.gateway.body import read_json
from inkcloud.gateway.dependencies import Caller, PartsDependency
from inkcloud.gateway.dialect_openapi import DRAWING, dialect_errors, json_response
from inkcloud.gateway.dialect_route import Envelope, json_answer
from inkcloud.gateway.drawing import FinishedPicture, draw, finished_pictures
from inkcloud.gateway.named_endpoint import named_endpoint
from inkcloud.gateway.openapi import body
from inkcloud.wire import image_api
from inkcloud.wire.image_api_body import ImageApiBody
from inkcloud.wire.picture_format import PictureFormat, convert

ENVELOPE = Envelope(encode=image_api.encode_error)
ROUTER = APIRouter(tags=["OctoAI image API"], route_class=ENVELOPE.route_class())
_MILLISECONDS = 1000


@ROUTER.post(
    "/generate/{engine}",
    response_class=Response,
    responses={**json_response(200, "The pictures."), **dialect_errors(*DRAWING)},
    openapi_extra=body(ImageApiBody),
)
async def generate(
    request: Request, parts: PartsDependency, caller: Caller, engine: str
) -> Response:
    """Draw at the endpoint that `checkpoint` names, or at the default one."""
    image_api.check_engine(engine)
    began = time.monotonic()
    wish = image_api.decode(await read_json(request, parts.settings.image_body_bytes))
    endpoint = await named_endpoint(request, parts, caller, wish.checkpoint)
    try:
        jobs = await draw(request, parts, endpoint.name, wish.requests)
    except InkcloudError as error:
        raise image_api.rename(error) from None
    pictures = await finished_pictures(parts, jobs)
    files = await asyncio.to_thread(_files, pictures, wish.encoding)
    return json_answer(image_api.encode(files, (time.monotonic() - began) * _MILLISECONDS))


def _files(pictures: Sequence[FinishedPicture], wanted: PictureFormat) -> list[tuple[bytes, int]]:
    return [(convert(p.png, wanted, record=p.record), p.record.seed) for p in pictures]
