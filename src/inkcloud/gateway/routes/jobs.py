"""Jobs: how they stand, their answers, their end."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from inkcloud.control.jobs import result
from inkcloud.domain.access import Scope
from inkcloud.domain.errors import InkcloudError, NotFound
from inkcloud.domain.job import Job, JobKind
from inkcloud.gateway.callers import Caller, PartsDependency, require_token
from inkcloud.gateway.job_answers import picture_answer
from inkcloud.gateway.openapi import COMMON, problems
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.views import job_url
from inkcloud.wire import job_views, problem
from inkcloud.wire.job_views import JobView

ROUTER = APIRouter(prefix="/jobs/{id}", tags=["jobs"])
# What a job may have failed with, and the gateway's own.
_PROBLEMS = problems(*COMMON, 400, 409, 502, 503, 504, 507)
_NONE = "There is no job of that id."


def _found(*scopes: Scope) -> Any:  # noqa: ANN401 - a dependency
    async def found(
        request: Request,
        parts: PartsDependency,
        caller: Caller,
        id: Annotated[str, Path(description="The job's id.")],
    ) -> Job:
        try:
            job = await _current(parts, id)
            endpoint = await parts.endpoints.get(job.endpoint)
        except NotFound:
            await require_token(caller)
            raise NotFound(_NONE) from None
        if not endpoint.public:
            holder = await require_token(caller)
            if not any(holder.permits(scope, endpoint.name) for scope in scopes):
                raise NotFound(_NONE)  # as if it were none: the id tells nothing
        request.state.endpoint = endpoint.name
        return job

    return Depends(found)


_SeenJob = Annotated[Job, _found(Scope.PREDICT, Scope.READ)]
_UsedJob = Annotated[Job, _found(Scope.PREDICT)]


@ROUTER.get("", responses=_PROBLEMS, response_model=JobView, response_model_exclude_none=True)
async def get_job(request: Request, job: _SeenJob) -> dict[str, Any]:
    """Say how a job stands; one that failed or was cancelled is answered with its error."""
    if job.error is not None:
        raise InkcloudError.from_dict(job.error)
    return job_views.view(job, f"{job_url(request, job.id)}/response")


@ROUTER.get("/response", responses=_PROBLEMS)
async def job_response(parts: PartsDependency, job: _SeenJob) -> Response:
    """Return a completed job's answer: what the same call, not asynchronous, would return."""
    answer = result(job)
    if job.kind is JobKind.GENERATION:
        answer = await picture_answer(parts, job)
    return Response(problem.dump(answer), media_type="application/json")


@ROUTER.delete("", status_code=204, responses=_PROBLEMS)
async def cancel_job(parts: PartsDependency, job: _UsedJob) -> Response:
    """Stop a job; one that has ended stays as it is."""
    if job.kind is JobKind.GENERATION:
        await parts.generations.cancel(job.id)
    else:
        await parts.jobs.cancel(job.id)
    return Response(status_code=204)


async def _current(parts: Parts, id: str) -> Job:
    job = await parts.jobs.get(id)
    if job.kind is JobKind.GENERATION and not job.state.final:
        return (await parts.generations.get(id)).job
    return job
