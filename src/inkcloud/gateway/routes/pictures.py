"""Pictures and previews as PNG."""

from fastapi import APIRouter, Request, Response

from inkcloud.gateway.dependencies import FoundGeneration, PartsDependency
from inkcloud.gateway.openapi import COMMON, answer, problems
from inkcloud.gateway.unchanging import unchanging

ROUTER = APIRouter(prefix="/endpoints/{name}/generations/{id}", tags=["pictures"])
_PNG = "image/png"
_RESPONSES = {**answer(200, "A PNG file.", _PNG), **problems(*COMMON)}


@ROUTER.get("/images/{index}", response_class=Response, responses=_RESPONSES)
async def image(
    request: Request, parts: PartsDependency, found: FoundGeneration, index: int
) -> Response:
    """Return a finished picture; it never changes."""
    png = await parts.generations.image(found.job, index)
    name, sha256 = f"{found.job.id}-{index}.png", found.job.images[index].sha256
    return unchanging(request, png, sha256, name=name, media_type=_PNG)


@ROUTER.get("/preview/{index}", response_class=Response, responses=_RESPONSES)
async def preview(parts: PartsDependency, found: FoundGeneration, index: int) -> Response:
    """Return the latest preview of a running generation's picture."""
    png = parts.generations.preview(found.job.id, index)
    return Response(png, headers={"Cache-Control": "no-store"}, media_type=_PNG)
