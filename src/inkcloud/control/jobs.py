"""Calls of any endpoint that are answered later: submit, look up, cancel."""

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from inkcloud.control.kept_end import until_kept
from inkcloud.control.service_answer import read_output
from inkcloud.control.service_call import Headers, ServiceCall
from inkcloud.control.service_client import ServiceClient
from inkcloud.domain.errors import (
    Cancelled,
    Conflict,
    DeadlineExceeded,
    InkcloudError,
    NotFound,
    Overloaded,
    ReplicaLost,
    Unavailable,
)
from inkcloud.domain.job import Job, JobKind, JobState, new_job_id
from inkcloud.storage.jobs import JobTable

# A service may be what kills its replica, so there is an end; but an accepted job is not
# given up because a machine kills some replicas in a row.
ATTEMPTS = 5
UNFINISHED = 1000
JOB_HEADER = "Inkcloud-Job"
_JSON: Headers = (("Content-Type", "application/json"), ("Accept", "application/json"))
_LOG = logging.getLogger(__name__)


@dataclass(eq=False, kw_only=True)
class _Live:
    """An unfinished job in memory."""

    job: Job
    wish: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Jobs:
    """Sees accepted calls through to their end, across restarts of the gateway.

    A job has one final state, ever. Until it has one it may be sent to a replica again:
    after a restart, or when a replica is lost. A service whose calls have effects of their
    own tells a second time from the first by the header `Inkcloud-Job`, which holds the
    job's id. All methods belong to one event loop.

    Args:
        table: where jobs are kept.
        services: asks the endpoints' services.
        most: so many jobs may be unfinished; more are refused.
    """

    def __init__(self, table: JobTable, services: ServiceClient, most: int = UNFINISHED) -> None:
        self._table = table
        self._services = services
        self._most = most
        self._live: dict[str, _Live] = {}
        self._draining = False

    async def start(self) -> None:
        """Go on with the jobs that an earlier gateway left unfinished."""
        for job in await asyncio.to_thread(self._table.requeue, JobKind.CALL):
            self._launch(job)

    def drain(self) -> None:
        """Take no more work; what runs, runs on."""
        self._draining = True

    async def stop(self) -> None:
        """Stop all work at the replicas; unfinished jobs stay queued for the next start."""
        self.drain()
        tasks = [live.task for live in self._live.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._live.clear()

    async def submit(
        self,
        endpoint: str,
        path: str,
        body: dict[str, Any],
        *,
        deadline_seconds: float | None = None,
        token_id: str = "",
        idempotency_key: str | None = None,
    ) -> tuple[Job, bool]:
        """Accept a call; on return it is on the disk and will not be lost.

        Args:
            endpoint: the endpoint's name.
            path: the service's path, with its query.
            body: the inputs.
            deadline_seconds: how long it may take from now; None is for ever.
            token_id: the caller's token, by its id.
            idempotency_key: the caller's word for this call.

        Returns:
            The job and True; or the earlier job of the same key and call, and False.

        Raises:
            InvalidRequest: if the key was used for another call.
            Overloaded: if too many jobs are unfinished.
            Unavailable: if the gateway is stopping.
        """
        if self._draining:
            raise Unavailable("The gateway is stopping. Try again in a moment.")
        if len(self._live) >= self._most:
            raise Overloaded(
                f"{len(self._live)} jobs are waiting or running, which is the most that are "
                "taken on. Try again later."
            )
        job = Job(
            id=new_job_id(),
            endpoint=endpoint,
            kind=JobKind.CALL,
            path=path,
            request={"body": body, "deadline_seconds": deadline_seconds},
            token_id=token_id,
            idempotency_key=idempotency_key,
        )
        # Shielded: a caller who leaves now must not leave a job that nobody works on.
        return await asyncio.shield(asyncio.ensure_future(self._accept(job)))

    async def answer(self, job: Job) -> Any:  # noqa: ANN401 - any JSON
        """Wait for a job's end and return its output.

        Raises:
            Conflict: if it has not ended, because the gateway is stopping.
            InkcloudError: what kept it from succeeding.
        """
        live = self._live.get(job.id)
        if live is not None and live.task is not None:
            await asyncio.wait({live.task})
            job = live.job
        return result(job)

    async def get(self, job_id: str) -> Job:
        """Return a job of any kind.

        Raises:
            NotFound: if there is none of that id.
        """
        if job_id in self._live:
            return self._live[job_id].job
        job = await asyncio.to_thread(self._table.get, job_id) if job_id.isprintable() else None
        if job is None:
            raise NotFound("There is no job of that id.")
        return job

    def unfinished(self, job_id: str) -> bool:
        """Say whether a call is waiting or running here."""
        return job_id in self._live

    async def cancel(self, job_id: str) -> Job:
        """Stop a call; one that has ended stays as it is.

        Raises:
            NotFound: if there is none of that id.
        """
        live = self._live.get(job_id)
        if live is not None and live.task is not None:
            live.wish.set()
            await asyncio.wait({live.task})
            return live.job
        return await self.get(job_id)

    async def _accept(self, job: Job) -> tuple[Job, bool]:
        kept = await asyncio.to_thread(self._table.add, job)
        new = kept.id == job.id
        if new:
            self._launch(job)
        return (self._live[kept.id].job if kept.id in self._live else kept), new

    def _launch(self, job: Job) -> None:
        live = self._live[job.id] = _Live(job=job)
        live.task = asyncio.get_running_loop().create_task(self._process(live))

    async def _process(self, live: _Live) -> None:
        work = asyncio.ensure_future(self._outcome(live))
        wish = asyncio.ensure_future(live.wish.wait())
        try:
            await asyncio.wait({work, wish}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wish.cancel()
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        if work.cancelled():
            await self._finish(live, None, Cancelled("The job was cancelled."))
        else:
            await self._finish(live, *work.result())

    async def _outcome(self, live: _Live) -> tuple[Any, InkcloudError | None]:
        """Return a job's output or its error; only being cancelled raises."""
        try:
            async with asyncio.timeout(_seconds_left(live.job)) as limit:
                return await self._attempts(live), None
        except TimeoutError:
            if limit.expired():
                return None, _too_late(live.job)
            _LOG.exception("Job %s failed.", live.job.id)
        except InkcloudError as error:
            return None, error
        except Exception:
            _LOG.exception("Job %s failed.", live.job.id)
        return None, InkcloudError("The gateway failed at this request. Its log says why.")

    async def _attempts(self, live: _Live) -> Any:  # noqa: ANN401 - any JSON
        left = ATTEMPTS
        while True:
            try:
                return await self._attempt(live)
            except ReplicaLost:
                # A pause stops replicas, whatever they hold; that is not the service's doing.
                left -= not self._services.paused(live.job.endpoint)
                if left == 0:
                    raise
            _LOG.warning("Job %s lost its replica and is sent again.", live.job.id)
            live.job = replace(live.job, state=JobState.QUEUED)

    async def _attempt(self, live: _Live) -> Any:  # noqa: ANN401 - any JSON
        def waiting(_: int) -> None:
            live.job = replace(live.job, state=JobState.QUEUED)

        def running() -> None:
            live.job = replace(live.job, state=JobState.RUNNING)

        call = ServiceCall(
            target=live.job.path,
            headers=(*_JSON, (JOB_HEADER, live.job.id)),
            body=json.dumps(live.job.request["body"]).encode(),
        )
        async with self._services.answer(
            live.job.endpoint, call, waiting, running, through_pause=True
        ) as response:
            try:
                return await read_output(response)
            except (Cancelled, Unavailable) as error:
                # Nobody here asked the replica to stop, so one that gives up is on its way out.
                raise ReplicaLost("The replica stopped while it held the work.") from error

    async def _finish(self, live: _Live, output: object, error: InkcloudError | None) -> None:
        state = JobState.SUCCEEDED
        if error is not None:
            state = JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED
        told = None if error is None else error.as_dict()
        try:
            kept = await until_kept(
                live.job.id,
                partial(self._table.finish, live.job.id, state, output=output, error=told),
            )
        except Exception:
            _LOG.exception("The end of job %s could not be kept.", live.job.id)
            kept = None
        if kept is None:  # it stays unfinished on the disk, and the next start does it again
            lost = InkcloudError("The result could not be kept. The gateway's log says why.")
            kept = replace(live.job, state=JobState.FAILED, error=lost.as_dict())
        live.job = kept
        self._live.pop(live.job.id, None)


def result(job: Job) -> Any:  # noqa: ANN401 - any JSON
    """Return an ended job's output.

    Raises:
        Conflict: if it has not ended.
        InkcloudError: what kept it from succeeding.
    """
    if not job.state.final:
        raise Conflict("The job has not ended. Ask again later.")
    if job.error is not None:
        raise InkcloudError.from_dict(job.error)
    return job.output


def _seconds_left(job: Job) -> float | None:
    deadline = job.request["deadline_seconds"]
    if deadline is None:
        return None
    return float(deadline) - (datetime.now(UTC) - job.created).total_seconds()


def _too_late(job: Job) -> DeadlineExceeded:
    deadline = job.request["deadline_seconds"]
    return DeadlineExceeded(
        f"The job was not done within its deadline of {deadline:g} s.",
        field="Inkcloud-Deadline",
        value=deadline,
        allowed="more seconds, or none",
    )
