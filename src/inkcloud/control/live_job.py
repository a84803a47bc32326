"""An unfinished job in memory: its latest events and who follows them."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

from inkcloud.control.status import Status
from inkcloud.domain.events import Progress
from inkcloud.domain.job import Job, JobState


class LiveJob:
    """Keeps only the latest event of each kind, and one preview per picture.

    A follower reads what changed since it last looked, so a slow one skips events and
    costs no memory, and a late one begins with the present state.

    Args:
        job: the job as it was accepted.
        attached: whether its caller waits on the line.
    """

    def __init__(self, job: Job, *, attached: bool = False) -> None:
        self.job = job
        self.attached = attached
        self.cancel_wish: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self._latest: dict[str, tuple[int, dict[str, Any]]] = {}
        self._stamp = 0
        self._closed = False
        self._changed = asyncio.Event()
        self.place(0)

    def place(self, position: int) -> None:
        """Say how many jobs are ahead."""
        self.record({"event": "queued", "position": position})

    def record(self, event: dict[str, Any]) -> None:
        """Keep an event in place of the last of its kind, and wake the followers."""
        kind = event["event"]
        if kind == "started":
            self._latest.pop("queued", None)
            self.job = replace(self.job, state=JobState.RUNNING)
        key = f"preview {event['index']}" if kind == "preview" else kind
        self._latest.pop(key, None)
        self._stamp += 1
        self._latest[key] = (self._stamp, event)
        self._wake()

    def restart(self) -> None:
        """Forget how far it had come: it begins again."""
        self._latest.clear()
        self.job = replace(self.job, state=JobState.QUEUED)
        self.place(0)

    def end(self, job: Job) -> None:
        """Take the final state, tell the followers and let them go."""
        self.job = job
        self._latest.clear()
        self.record(final_event(job))
        self.detach()

    def detach(self) -> None:
        """Let the followers go, whether it has ended or not."""
        self._closed = True
        self._wake()

    def wish_cancelled(self) -> None:
        """Ask for the work to stop; what does the work sees to it."""
        if not self.cancel_wish.done():
            self.cancel_wish.set_result(None)

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the present state, then each change, until it ends or is detached."""
        seen = 0
        while True:
            changed, closed = self._changed, self._closed
            news = [event for stamp, event in self._latest.values() if stamp > seen]
            seen = self._stamp
            for event in news:
                yield event
            if closed:
                return
            await changed.wait()

    async def wait(self) -> None:
        """Wait until it ends or is detached."""
        while not self._closed:
            await self._changed.wait()

    def status(self) -> Status:
        """Return the job with how far it has come."""
        queued, progress = self._event("queued"), self._event("progress")
        previews = [e for _, e in self._latest.values() if e["event"] == "preview"]
        return Status(
            job=self.job,
            position=queued["position"] if queued else None,
            progress=_progress(progress) if progress else None,
            previews=tuple(sorted((e["index"], e["done"]) for e in previews)),
        )

    def preview(self, index: int) -> bytes | None:
        """Return the latest preview of a picture as a PNG."""
        event = self._event(f"preview {index}")
        return base64.b64decode(event["png"]) if event else None

    def _event(self, key: str) -> dict[str, Any] | None:
        return self._latest[key][1] if key in self._latest else None

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def final_event(job: Job) -> dict[str, Any]:
    """Return the event that ends a job's stream; pictures are named by their SHA-256."""
    if job.state is JobState.SUCCEEDED:
        images = [asdict(image) for image in job.images]
        return {"event": "finished", "images": images, "seconds": job.seconds}
    return {"event": "failed", "error": job.error}


def _progress(event: dict[str, Any]) -> Progress:
    return Progress(event["done"], event["total"], event["seconds_left"])
