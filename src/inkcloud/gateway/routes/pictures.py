"""Pictures and previews as PNG."""

from fastapi import APIRouter, Request, Response

from inkcloud.gateway.dependencies import FoundGeneration, PartsDependency
from inkcloud.gateway.openapi import COMMON, answer, problems

ROUTER = APIRouter(prefix="/endpoints/{name}/generations/{id}", tags=["pictures"])
_PNG = "image/png"
_RESPONSES = {**answer(200, "A PNG file.", _PNG), **problems(*COMMON)}


@ROUTER.get("/images/{index}", response_class=Response, responses=_RESPONSES)
async def image(
    request: Request, parts: PartsDependency, found: FoundGeneration, index: int
) -> Response:
    """Return a finished picture; it never changes."""
    png = await parts.generations.image(found.job, index)
    tag = f'"{found.job.images[index].sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    name = f"{found.job.id}-{index}.png"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(png, headers=headers, media_type=_PNG)


@ROUTER.get("/preview/{index}", response_class=Response, responses=_RESPONSES)
async def preview(parts: PartsDependency, found: FoundGeneration, index: int) -> Response:
    """Return the latest preview of a running generation's picture."""
    png = parts.generations.preview(found.job.id, index)
    return Response(png, headers={"Cache-Control": "no-store"}, media_type=_PNG)
