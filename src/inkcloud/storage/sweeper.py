"""What has had its time is removed: jobs, deleted pictures, files that none names, and events."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.thumbnails import ThumbnailStore

# A picture is put before its job refers to it: one that was put so recently is left alone.
GRACE = timedelta(hours=1)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """How much was removed: rows of jobs, the history and events; files of images."""

    jobs: int = 0
    pictures: int = 0
    images: int = 0
    events: int = 0


class Sweeper:
    """Removes what is over; to be called now and then, in a thread.

    Args:
        jobs: whose time ends.
        history: whose deleted pictures go after a while.
        images: whose files go when neither a job nor the history refers to them.
        thumbnails: whose files go with those of the images.
        events: what happened is kept for a while.
    """

    def __init__(
        self,
        jobs: JobTable,
        history: HistoryTable,
        images: ImageStore,
        thumbnails: ThumbnailStore,
        events: EventTable,
    ) -> None:
        self._jobs = jobs
        self._history = history
        self._images = images
        self._thumbnails = thumbnails
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
        pictures = self._history.expire(moment)
        events = self._events.expire(moment)
        present, small = list(self._images.names()), list(self._thumbnails.names())
        # After `present`: what came meanwhile is not in it. The history last: a picture gets
        # there before its job goes.
        wanted = self._jobs.image_names() | self._history.image_names()
        images = sum(
            self._images.remove(name, unless_put_since=moment - GRACE)
            for name in present
            if name not in wanted
        )
        for name in small:
            if name not in wanted:
                self._thumbnails.remove(name)
        if jobs or images:
            _LOG.info("%d jobs and %d images were removed: their time is over.", jobs, images)
        return Swept(jobs=jobs, pictures=pictures, images=images, events=events)
