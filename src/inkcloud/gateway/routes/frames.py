"""The frames of a generation: what every step saw and predicted."""

import hashlib
from enum import StrEnum

from fastapi import APIRouter, Request, Response

from inkcloud.domain.errors import NotFound
from inkcloud.gateway.dependencies import FoundGeneration, PartsDependency
from inkcloud.gateway.openapi import COMMON, answer, problems
from inkcloud.gateway.unchanging import unchanging
from inkcloud.gateway.views import endpoint_url
from inkcloud.wire import frame_views
from inkcloud.wire.frame_archive import NOISY, PREDICTED
from inkcloud.wire.frame_views import FrameList

ROUTER = APIRouter(prefix="/endpoints/{name}/generations/{id}", tags=["frames"])
_PNG, _ZIP = "image/png", "application/zip"


class Kind(StrEnum):
    """Which of a frame's two pictures."""

    PREDICTED = PREDICTED
    NOISY = NOISY


@ROUTER.get("/frames", responses=problems(*COMMON))
async def list_frames(
    request: Request, parts: PartsDependency, found: FoundGeneration
) -> FrameList:
    """List the frames of a generation that was asked for with them and has succeeded."""
    job = found.job
    url = f"{endpoint_url(request, job.endpoint)}/generations/{job.id}/frames"
    return FrameList(
        id=job.id,
        scheduler=job.request["scheduler"],
        num_inference_steps=job.request["num_inference_steps"],
        archive=f"{url}.zip",
        frames=frame_views.views(await parts.generations.frames(job), url),
    )


@ROUTER.get(
    "/frames.zip",
    response_class=Response,
    responses={**answer(200, "A ZIP file.", _ZIP), **problems(*COMMON)},
)
async def archive(request: Request, parts: PartsDependency, found: FoundGeneration) -> Response:
    """Return all frames in one file: PNG pictures, and `frames.json` that tells of each."""
    data = await parts.generations.frame_archive(found.job)
    name = f"{found.job.id}-frames.zip"
    return unchanging(request, data, found.job.frames or "", name=name, media_type=_ZIP)


@ROUTER.get(
    "/frames/{number}/{kind}",
    response_class=Response,
    responses={**answer(200, "A PNG file.", _PNG), **problems(*COMMON)},
)
async def picture(
    request: Request, parts: PartsDependency, found: FoundGeneration, number: int, kind: Kind
) -> Response:
    """Return a frame's predicted picture or noisy latent."""
    frames = await parts.generations.frames(found.job)
    if not 0 <= number < len(frames):
        raise NotFound(
            f"This generation has no frame number {number}.",
            field="number",
            value=number,
            allowed=f"0 to {len(frames) - 1}",
        )
    png = frames[number].noisy if kind is Kind.NOISY else frames[number].predicted
    name = f"{found.job.id}-{number}-{kind}.png"
    sha256 = hashlib.sha256(png).hexdigest()
    return unchanging(request, png, sha256, name=name, media_type=_PNG)
