"""Keeps a job's end even if the database cannot take it just now."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from inkcloud.domain.errors import StorageFull, StorageUnavailable

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
_LOG = logging.getLogger(__name__)
Kept = TypeVar("Kept")


async def until_kept(job_id: str, keep: Callable[[], Kept]) -> Kept:
    """Call `keep` in a thread until the database takes it, and return what it returns.

    Giving up would leave an accepted job unfinished on the disk with nobody at work on it
    before the next start. Being cancelled gives up: that next start does the job again.

    Args:
        job_id: the job's id, for the log.
        keep: writes the end; may be called again.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await asyncio.to_thread(keep)
        except (StorageFull, StorageUnavailable) as error:
            _LOG.warning("The end of job %s cannot be kept yet: %s", job_id, error)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
