"""A job together with how far it has come."""

from dataclasses import dataclass

from inkcloud.domain.events import Progress
from inkcloud.domain.job import Job


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a caller sees of a job.

    Attributes:
        job: the job itself.
        position: how many are ahead of it while it waits.
        progress: the latest, once it runs; None again when it has ended.
        previews: UNet calls done at the latest preview, by image index.
    """

    job: Job
    position: int | None = None
    progress: Progress | None = None
    previews: tuple[tuple[int, int], ...] = ()
