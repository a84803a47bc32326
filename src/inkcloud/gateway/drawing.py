"""Drawing for a caller who waits: several requests at once, and the finished pictures."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from inkcloud.control.status import Status
from inkcloud.domain.errors import Cancelled, Unavailable
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import Job
from inkcloud.domain.record import Record
from inkcloud.gateway.dependencies import disconnected
from inkcloud.gateway.parts import Parts

_FINAL = frozenset({"finished", "failed"})


@dataclass(frozen=True)
class FinishedPicture:
    """A picture's file and the record of what decided it."""

    png: bytes
    record: Record


async def draw(
    request: Request,
    parts: Parts,
    endpoint: str,
    wanted: Sequence[GenerationRequest],
    *,
    accepted: Callable[[str], None] | None = None,
    may_skip: bool = False,
) -> list[Job]:
    """Run requests side by side and return the jobs that succeeded.

    If the caller hangs up or one fails, the rest is cancelled.

    Args:
        request: the caller's, its body read.
        parts: the use cases.
        endpoint: the endpoint's name.
        wanted: what to draw.
        accepted: called with each job's id once it has one.
        may_skip: whether a job that is cancelled is left out; else it is an error.

    Raises:
        InkcloudError: what kept the first from succeeding.
    """
    for each in wanted:
        await parts.endpoints.check(endpoint, each)
    gone = asyncio.ensure_future(disconnected(request))

    async def run(each: GenerationRequest) -> Job | None:
        try:
            return await parts.generations.run_now(
                endpoint, each, abandoned=lambda: asyncio.shield(gone), accepted=accepted
            )
        except Cancelled:
            if may_skip:
                return None
            raise

    tasks = [asyncio.ensure_future(run(each)) for each in wanted]
    try:
        return [job for job in await asyncio.gather(*tasks) if job is not None]
    finally:
        for task in (gone, *tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def followed(parts: Parts, accepted: Status) -> AsyncGenerator[dict[str, Any]]:
    """Yield a generation's events up to a final one; closing this before cancels the work."""
    ended = False
    try:
        async for event in parts.generations.follow(accepted.job.id):
            ended = event["event"] in _FINAL
            yield event
        if not ended:
            error = Unavailable("The gateway is stopping. Try again in a moment.")
            yield {"event": "failed", "error": error.as_dict()}
    finally:
        if not ended:
            await parts.generations.cancel(accepted.job.id)


async def finished_picture(parts: Parts, job: Job, index: int) -> FinishedPicture:
    """Return a picture of a job that succeeded.

    Raises:
        NotFound: if there is none of that index, or its file is missing or damaged.
    """
    png = await parts.generations.image(job, index)
    return FinishedPicture(png=png, record=Record.from_mapping(job.images[index].record))


async def finished_pictures(parts: Parts, jobs: Sequence[Job]) -> list[FinishedPicture]:
    """Return the pictures of jobs that succeeded, in order."""
    return [
        await finished_picture(parts, job, index)
        for job in jobs
        for index in range(len(job.images))
    ]
