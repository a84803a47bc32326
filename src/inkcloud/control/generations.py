"""The use cases round a generation: submit, follow, look up, cancel, or wait for it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from inkcloud.control import kept_frames
from inkcloud.control.job_runner import JobRunner, Outcome
from inkcloud.control.kept_end import until_kept
from inkcloud.control.live_job import LiveJob, final_event
from inkcloud.control.ports import Replicas
from inkcloud.control.status import Status
from inkcloud.domain.errors import (
    Cancelled,
    Conflict,
    InkcloudError,
    NotFound,
    Overloaded,
    Unavailable,
)
from inkcloud.domain.frame import Frame
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.init_image import named
from inkcloud.domain.job import Job, JobState, new_job_id
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """How much work the gateway takes on.

    Attributes:
        unfinished: most jobs that are not finished; more are refused.
    """

    unfinished: int = 1000


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who asks.

    Attributes:
        token_id: the caller's token, by its id; "" without one.
        idempotency_key: the caller's word for the request; None without one.
    """

    token_id: str = ""
    idempotency_key: str | None = None


NOBODY = Origin()


class Generations:
    """Takes requests, sees each through a replica, and remembers what became of it.

    Unfinished jobs are kept in memory beside the database; finished ones only there.
    All methods belong to one event loop.

    Args:
        jobs: where jobs are kept.
        images: where pictures are kept.
        replicas: where the replicas are.
        limits: how much is taken on.
    """

    def __init__(
        self,
        jobs: JobTable,
        images: ImageStore,
        replicas: Replicas,
        limits: QueueLimits | None = None,
    ) -> None:
        self._jobs = jobs
        self._images = images
        self._replicas = replicas
        self._runner = JobRunner(replicas, images)
        self._limits = limits or QueueLimits()
        self._live: dict[str, LiveJob] = {}
        self._draining = False

    async def start(self) -> None:
        """Go on with the jobs that an earlier gateway left unfinished."""
        for job in await asyncio.to_thread(self._jobs.requeue):
            self._launch(LiveJob(job))

    def drain(self) -> None:
        """Take no more work and let every follower go; what runs, runs on."""
        self._draining = True
        for live in self._live.values():
            live.detach()

    async def stop(self) -> None:
        """Stop all work at the replicas; unfinished jobs stay queued for the next start."""
        self.drain()
        tasks = [live.task for live in self._live.values() if live.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._live.clear()
        await self._runner.close()

    async def submit(
        self,
        endpoint: str,
        request: GenerationRequest,
        tag: str = "",
        *,
        origin: Origin = NOBODY,
        attached: bool = False,
    ) -> Status:
        """Accept a request; on return it is on the disk and will not be lost.

        With an idempotency key that was used before for the same request, the earlier
        generation is returned.

        Args:
            endpoint: the endpoint's name.
            request: what to draw.
            tag: a label of the caller's own.
            origin: who asks.
            attached: whether its caller stays on the line, so that a restart ends it.

        Raises:
            InvalidRequest: if the key was used for another request.
            Overloaded: if too many jobs are unfinished.
            StorageFull, StorageUnavailable: if the database or the disk fails.
            Unavailable: if the gateway is stopping.
        """
        live, _ = await self._accept(endpoint, request, tag, origin, attached=attached)
        return live.status()

    async def run_now(
        self,
        endpoint: str,
        request: GenerationRequest,
        *,
        origin: Origin = NOBODY,
        abandoned: Callable[[], Awaitable[None]] | None = None,
        accepted: Callable[[str], None] | None = None,
    ) -> Job:
        """Accept a request, wait for it, and return the job that succeeded.

        Args:
            endpoint: the endpoint's name.
            request: what to draw.
            origin: who asks.
            abandoned: returns once the caller is gone; the work is cancelled then.
            accepted: called with the job's id once it has one.

        Raises:
            Conflict: if an earlier request with the same idempotency key is still at work.
            InkcloudError: what kept it from succeeding.
        """
        live, fresh = await self._accept(endpoint, request, "", origin, attached=True)
        if not fresh and not live.job.state.final:
            raise Conflict("An earlier request with this key is still at work. Ask again later.")
        if accepted is not None:
            accepted(live.job.id)
        waiting = {asyncio.ensure_future(live.wait())}
        if abandoned is not None:
            waiting.add(asyncio.ensure_future(abandoned()))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for watcher in waiting:
                watcher.cancel()
            if not live.job.state.final:
                await self.cancel(live.job.id)
        if live.job.error is None:
            return live.job
        if self._draining and live.job.state is JobState.CANCELLED:
            raise Unavailable("The gateway is stopping. Try again in a moment.")
        raise InkcloudError.from_dict(live.job.error)

    async def get(self, job_id: str) -> Status:
        """Return a job and how far it has come.

        Raises:
            NotFound: if there is none of that id.
        """
        live = self._live.get(job_id)
        return live.status() if live else Status(job=await self._stored(job_id))

    async def list(self, endpoint: str, tag_prefix: str = "", limit: int = 50) -> list[Status]:
        """Return an endpoint's newest jobs, newest first."""
        jobs = await asyncio.to_thread(self._jobs.newest, endpoint, tag_prefix, limit)
        return [self._live[j.id].status() if j.id in self._live else Status(job=j) for j in jobs]

    async def follow(self, job_id: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the present state, then every change as an event, up to the final one.

        The stream ends without a final event only when the gateway stops.

        Raises:
            NotFound: if there is none of that id.
        """
        live = self._live.get(job_id)
        if live is not None:
            async for event in live.follow():
                yield event
            return
        job = await self._stored(job_id)
        if job.state.final:
            yield final_event(job)

    async def cancel(self, job_id: str) -> Status:
        """Stop a job; one that has ended stays as it is.

        Raises:
            NotFound: if there is none of that id.
        """
        live = self._live.get(job_id)
        if live is not None and live.task is not None:
            live.wish_cancelled()
            await asyncio.wait({live.task})
            return live.status()
        return Status(job=await self._stored(job_id))

    async def image(self, job: Job, index: int) -> bytes:
        """Return a finished job's picture as PNG.

        Raises:
            NotFound: if there is none of that index, or its file is missing or damaged.
        """
        if not 0 <= index < len(job.images):
            raise NotFound(f"This generation has no picture number {index} yet, or never will.")
        png = await asyncio.to_thread(self._images.get, job.images[index].sha256)
        if png is None:
            raise NotFound("The picture's file is missing or damaged.")
        return png

    async def frames(self, job: Job) -> tuple[Frame, ...]:
        """Return what each step of a finished job saw and predicted, in order.

        Raises:
            NotFound: if it has no frames, or their file is missing or damaged.
        """
        return await kept_frames.frames(self._images, job)

    async def frame_archive(self, job: Job) -> bytes:
        """Return a finished job's frames as a ZIP file.

        Raises:
            NotFound: if it has no frames, or their file is missing or damaged.
        """
        return await kept_frames.archive(self._images, job)

    def preview(self, job_id: str, index: int) -> bytes:
        """Return the latest preview of a running job's picture as PNG.

        Raises:
            NotFound: if there is none.
        """
        live = self._live.get(job_id)
        png = live.preview(index) if live else None
        if png is None:
            raise NotFound(f"There is no preview of picture number {index}.")
        return png

    async def _accept(
        self,
        endpoint: str,
        request: GenerationRequest,
        tag: str,
        origin: Origin,
        *,
        attached: bool,
    ) -> tuple[LiveJob, bool]:
        """Return a job, and whether it is a new one."""
        if self._draining:
            raise Unavailable("The gateway is stopping. Try again in a moment.")
        if len(self._live) >= self._limits.unfinished:
            raise Overloaded(
                f"{len(self._live)} generations are waiting or running, which is the most "
                "that are taken on. Try again later."
            )
        job = Job(
            id=new_job_id(),
            endpoint=endpoint,
            request=_kept_form(request),
            tag=tag,
            token_id=origin.token_id,
            idempotency_key=origin.idempotency_key,
        )
        live = self._live[job.id] = LiveJob(
            job, attached=attached
        )  # counts before the disk is waited for
        try:
            kept = await asyncio.to_thread(self._add, job, request.image, attached)
        except BaseException:
            del self._live[job.id]
            raise
        if kept.id != job.id:
            del self._live[job.id]
            return self._live.get(kept.id) or _ended(kept), False
        self._launch(live)
        return live, True

    def _add(self, job: Job, image: bytes | None, attached: bool) -> Job:
        if image is not None:
            self._images.put(image)  # before the job that names it
        return self._jobs.add(job, attached=attached)

    def _launch(self, live: LiveJob) -> None:
        self._live[live.job.id] = live
        load = self._replicas.load(live.job.endpoint)
        # Until the queue itself tells; whether there is a place at once only the runtime knows.
        live.place(load.in_flight + load.waiting if load.waiting else 0)
        live.task = asyncio.get_running_loop().create_task(self._process(live))

    async def _process(self, live: LiveJob) -> None:
        work = asyncio.ensure_future(self._runner.run(live))
        either: set[asyncio.Future[Any]] = {work, live.cancel_wish}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        if work.cancelled():
            outcome = Outcome.of(Cancelled("The generation was cancelled."))
        else:
            outcome = work.result()
        await self._finish(live, outcome)

    async def _finish(self, live: LiveJob, outcome: Outcome) -> None:
        job = None
        try:
            keep = partial(
                self._jobs.finish,
                live.job.id,
                outcome.state,
                seconds=outcome.seconds,
                images=outcome.images,
                error=outcome.error,
                frames=outcome.frames,
            )
            # Who waits on the line is told at once that the disk or the database fails.
            if live.attached:
                job = await asyncio.to_thread(keep)
            else:
                job = await until_kept(live.job.id, keep)
        except Exception:
            _LOG.exception("The end of generation %s could not be kept.", live.job.id)
        live.end(job or replace(live.job, state=JobState.FAILED, error=_not_kept()))
        self._live.pop(live.job.id, None)

    async def _stored(self, job_id: str) -> Job:
        job = await asyncio.to_thread(self._jobs.get, job_id) if job_id.isprintable() else None
        if job is None:
            raise NotFound("There is no generation of that id.")
        return job


def _ended(job: Job) -> LiveJob:
    live = LiveJob(job)
    live.end(job)
    return live


def _kept_form(request: GenerationRequest) -> dict[str, Any]:
    """Return the request as its job keeps it: as `without_image` does, its image not copied."""
    plain = replace(request, image=None).as_mapping()
    return plain if request.image is None else {**plain, "image": named(request.image)}


def _not_kept() -> dict[str, Any]:
    return InkcloudError("The result could not be kept. The gateway's log says why.").as_dict()
