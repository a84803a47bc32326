"""What has had its time is removed: jobs, the pictures that none refers to, and events."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inkcloud.storage.events import EventTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable

# A picture is put before its job refers to it: one that was put so recently is left alone.
GRACE = timedelta(hours=1)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """How much was removed."""

    jobs: int = 0
    images: int = 0
    events: int = 0


class Sweeper:
    """Removes what is over; to be called now and then, in a thread.

    Args:
        jobs: whose time ends.
        images: whose files go when no job refers to them.
        events: whose history is kept for a while.
    """

    def __init__(self, jobs: JobTable, images: ImageStore, events: EventTable) -> None:
        self._jobs = jobs
        self._images = images
        self._events = events

    def sweep(self, now: datetime | None = None) -> Swept:
        """Remove what is over by now and return how much that was.

        Rows go before files, so that a crash in between leaves a file too many, never one
        too few; the next call removes it.

        Raises:
            StorageFull, StorageUnavailable: if the database or the disk fails.
        """
        moment = now or datetime.now(UTC)
        jobs = self._jobs.expire(moment)
        events = self._events.expire(moment)
        present = list(self._images.names())
        wanted = self._jobs.image_names()  # after `present`: what came meanwhile is not in it
        images = sum(
            self._images.remove(name, unless_put_since=moment - GRACE)
            for name in present
            if name not in wanted
        )
        if jobs or images:
            _LOG.info("%d jobs and %d pictures were removed: their time is over.", jobs, images)
        return Swept(jobs=jobs, images=images, events=events)
