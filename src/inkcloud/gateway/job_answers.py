"""The answer of a finished generation that was asked for as a job."""

from typing import Any

from inkcloud.domain.job import Job
from inkcloud.gateway.parts import Parts
from inkcloud.wire import octoai


async def picture_answer(parts: Parts, job: Job) -> dict[str, Any]:
    """Return a generation's pictures in the form of the call that asked for it."""
    pngs = [await parts.generations.image(job, index) for index in range(len(job.images))]
    return octoai.encode(pngs, octoai.form_of(job.tag))
