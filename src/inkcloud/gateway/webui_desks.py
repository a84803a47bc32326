"""What each caller of the web UI's API has at work: progress is the caller's own."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from inkcloud.control.generations import Generations
from inkcloud.control.status import Status
from inkcloud.wire import webui

MOST_DESKS = 1000


@dataclass(eq=False)
class Work:
    """One request in work.

    Attributes:
        iterations: how many jobs it becomes.
        steps: sampling steps of each.
        began: when it came.
        jobs: the ids of those jobs that were accepted.
        interrupted: whether the caller asked it to stop.
        skipped: whether the caller asked to leave out an iteration.
        stopping: the ends of jobs that came after the interruption.
    """

    iterations: int
    steps: int
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    jobs: list[str] = field(default_factory=list)
    interrupted: bool = False
    skipped: bool = False
    stopping: list[asyncio.Future[Status]] = field(default_factory=list)


@dataclass(eq=False)
class Desk:
    """One caller's requests in work, oldest first, and the checkpoint it has chosen."""

    checkpoint: str = ""
    works: list[Work] = field(default_factory=list)


class Desks:
    """Finds a caller's desk; a desk at rest is forgotten when there are very many.

    All methods belong to one event loop.

    Args:
        generations: the use cases round a generation.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._desks: OrderedDict[str, Desk] = OrderedDict()

    def of(self, caller: str) -> Desk:
        """Return a caller's desk."""
        desk = self._desks.setdefault(caller, Desk())
        self._desks.move_to_end(caller)
        if len(self._desks) > MOST_DESKS:
            resting = next((key for key, each in self._desks.items() if not each.works), None)
            if resting is not None:
                del self._desks[resting]
        return desk

    def accepted(self, work: Work, job_id: str) -> None:
        """Note a job of a request in work; one that comes after an interruption is stopped."""
        work.jobs.append(job_id)
        if work.interrupted:
            work.stopping.append(asyncio.ensure_future(self._generations.cancel(job_id)))

    async def interrupt(self, caller: str) -> None:
        """Stop all that a caller has in work."""
        works = list(self.of(caller).works)
        for work in works:
            work.interrupted = True
        jobs = [job for work in works for job in work.jobs]
        await asyncio.gather(*(self._generations.cancel(job) for job in jobs))

    async def skip(self, caller: str) -> None:
        """Leave out the iteration that a caller's oldest request is at."""
        for work in self.of(caller).works[:1]:
            for job in work.jobs:
                if not (await self._generations.get(job)).job.state.final:
                    work.skipped = True
                    await self._generations.cancel(job)
                    return

    async def standing(self, caller: str, *, preview: bool) -> webui.Standing:
        """Say how far a caller's oldest request has come.

        Args:
            caller: who.
            preview: whether to look for a preview.
        """
        works = self.of(caller).works
        if not works:
            return webui.IDLE
        work = works[0]
        statuses = [await self._generations.get(job) for job in work.jobs]
        left = [status for status in statuses if not status.job.state.final]
        ended = len(statuses) - len(left)
        progress = [status.progress for status in left if status.progress is not None]
        fractions = [each.done / each.total for each in progress if each.total]
        first = fractions[0] if fractions else 0.0
        return webui.Standing(
            fraction=min(1.0, (ended + sum(fractions)) / work.iterations),
            seconds_left=max((each.seconds_left or 0.0 for each in progress), default=0.0),
            iterations=work.iterations,
            iterations_done=ended,
            steps=work.steps,
            steps_done=round(first * work.steps),
            began=work.began,
            interrupted=work.interrupted,
            skipped=work.skipped,
            preview=self._preview(left[0]) if preview and left else None,
        )

    def _preview(self, status: Status) -> bytes | None:
        if not status.previews:
            return None
        return self._generations.preview(status.job.id, status.previews[0][0])


def desks(request: Request) -> Desks:
    """Return the app's desks."""
    found: Desks = request.app.state.desks
    return found


DesksDependency = Annotated[Desks, Depends(desks)]
