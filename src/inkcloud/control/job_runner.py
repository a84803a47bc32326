"""One job's way through a replica: wait for a place, send, listen, keep the pictures."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inkcloud.control import kept_frames
from inkcloud.control.kept_frames import ArrivingFrames
from inkcloud.control.live_job import LiveJob
from inkcloud.control.ports import Replicas, ReplicaState
from inkcloud.control.replica_client import ReplicaClient, ReplicaNotReadyError
from inkcloud.control.start_picture import with_picture
from inkcloud.domain.errors import (
    Cancelled,
    DeadlineExceeded,
    InkcloudError,
    ReplicaLost,
    Unavailable,
)
from inkcloud.domain.event_codec import decode_event
from inkcloud.domain.events import Failed, Finished
from inkcloud.domain.frame import Frame
from inkcloud.domain.job import JobImage, JobState
from inkcloud.storage.images import ImageStore

ATTEMPTS = 5  # as for calls, see `control.jobs`
READY_SECONDS = 300.0
PAUSE_SECONDS = 0.2
_Drawn = tuple[Finished, tuple[Frame, ...]]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended; `frames` is the SHA-256 of their archive."""

    state: JobState
    seconds: float | None = None
    images: tuple[JobImage, ...] = ()
    frames: str | None = None
    error: dict[str, Any] | None = None

    @classmethod
    def of(cls, error: InkcloudError) -> "Outcome":
        """Return the outcome that an error means."""
        state = JobState.CANCELLED if isinstance(error, Cancelled) else JobState.FAILED
        return cls(state=state, error=error.as_dict())


class JobRunner:
    """Runs jobs to their outcome.

    A generation has no side effects and the same request gives the same picture, so a job
    whose replica died is simply sent again, a few times.

    Args:
        replicas: where the replicas are.
        images: where pictures are kept.
    """

    def __init__(self, replicas: Replicas, images: ImageStore) -> None:
        self._replicas = replicas
        self._images = images
        self._client = ReplicaClient()

    async def run(self, live: LiveJob) -> Outcome:
        """Run a job and return how it ended; only being cancelled raises."""
        try:
            async with asyncio.timeout(_seconds_left(live)) as limit:
                finished, frames = await self._attempts(live)
            return await self._keep(finished, frames)
        except TimeoutError:
            if limit.expired():
                return Outcome.of(_too_late(live))
            _LOG.exception("Generation %s failed.", live.job.id)
        except InkcloudError as error:
            return Outcome.of(error)
        except Exception:
            _LOG.exception("Generation %s failed.", live.job.id)
        return Outcome.of(InkcloudError("The gateway failed at this request. Its log says why."))

    async def close(self) -> None:
        """Close the connections to the replicas."""
        await self._client.close()

    async def _attempts(self, live: LiveJob) -> _Drawn:
        left, again = ATTEMPTS, False
        while True:
            try:
                return await self._attempt(live, again=again)
            except ReplicaLost:
                # A pause stops replicas, whatever they hold; that is not the service's doing.
                left -= not self._paused(live)
                if left == 0:
                    raise
            _LOG.warning("Generation %s lost its replica and is sent again.", live.job.id)
            live.restart()
            again = True

    async def _attempt(self, live: LiveJob, *, again: bool) -> _Drawn:
        clock = asyncio.get_running_loop().time
        give_up = None
        while True:
            # Who waits on the line is told of a pause at once; an accepted job waits for its end.
            lease = self._replicas.lease(
                live.job.endpoint, live.place, again=again, through_pause=not live.attached
            )
            async with lease as address:
                give_up = give_up or clock() + READY_SECONDS
                try:
                    return await self._listen(live, address)
                except ReplicaNotReadyError:
                    if self._paused(live):
                        give_up = None  # its replicas have been stopped, not failed
                    elif clock() >= give_up:
                        raise Unavailable("No replica took the work. Try again later.") from None
            again = True  # it has waited for its turn already
            await asyncio.sleep(PAUSE_SECONDS)

    def _paused(self, live: LiveJob) -> bool:
        return self._replicas.state(live.job.endpoint) is ReplicaState.PAUSED

    async def _listen(self, live: LiveJob, address: str) -> _Drawn:
        request = await asyncio.to_thread(with_picture, dict(live.job.request), self._images)
        if request.get("deadline_seconds") is not None:
            request["deadline_seconds"] = max(_seconds_left(live) or 0.0, 0.001)
        arriving = ArrivingFrames(wanted=bool(request.get("frames")))
        async with aclosing(self._client.stream(address, request)) as events:
            async for data in events:
                match _decoded(data):
                    case Finished() as finished:
                        return finished, tuple(arriving.frames)
                    case Frame() as frame:
                        arriving.add(frame)
                    case Failed(error):
                        raise _meaning(error)
                    case _:
                        live.record(data)
        raise ReplicaLost("The replica stopped while it held the work.")

    async def _keep(self, finished: Finished, frames: Sequence[Frame]) -> Outcome:
        images = []
        for picture in finished.pictures:
            sha256 = await asyncio.to_thread(self._images.put, picture.png)
            images.append(JobImage(sha256=sha256, record=picture.record.as_mapping()))
        return Outcome(
            state=JobState.SUCCEEDED,
            seconds=finished.seconds,
            images=tuple(images),
            frames=await kept_frames.keep(self._images, frames),
        )


def _decoded(data: dict[str, Any]) -> object:
    try:
        return decode_event(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        message = "The service sent an event that cannot be read."
        raise InkcloudError(message) from None


def _meaning(error: InkcloudError) -> InkcloudError:
    # Nobody here asked the replica to stop, so one that gives up its work is on its way out.
    if isinstance(error, Cancelled | Unavailable):
        return ReplicaLost("The replica stopped while it held the work.")
    return error


def _seconds_left(live: LiveJob) -> float | None:
    deadline = live.job.request.get("deadline_seconds")
    if deadline is None:
        return None
    return float(deadline) - (datetime.now(UTC) - live.job.created).total_seconds()


def _too_late(live: LiveJob) -> DeadlineExceeded:
    deadline = live.job.request["deadline_seconds"]
    return DeadlineExceeded(
        f"The generation was not done within its deadline of {deadline:g} s.",
        field="deadline_seconds",
        value=deadline,
        allowed="more time, or fewer steps, pictures or pixels",
    )
