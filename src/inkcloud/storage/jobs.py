"""The jobs, from acceptance to their final state."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from inkcloud.domain.errors import Cancelled
from inkcloud.domain.job import Job, JobImage, JobState
from inkcloud.storage.database import Database
from inkcloud.storage.schema import JOBS

_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)
# No tag holds this character, so every tag with a prefix sorts before the prefix and it.
_LAST_CHARACTER = "\U0010ffff"


class JobTable:
    """Reads and writes jobs; a final state never changes again.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job, *, attached: bool = False) -> None:
        """Keep a new job; on return it is on the disk.

        Args:
            job: the job.
            attached: whether its caller waits on the line, so that a restart ends it.
        """
        row = {
            "id": job.id,
            "endpoint": job.endpoint,
            "tag": job.tag,
            "state": job.state.value,
            "attached": attached,
            "created": job.created,
            "request": job.request,
            "seconds": job.seconds,
            "images": [asdict(image) for image in job.images],
            "error": job.error,
        }
        with self._database.write() as connection:
            connection.execute(insert(JOBS).values(row))

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None when there is none of that id."""
        with self._database.read() as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.id == job_id)).one_or_none()
        return None if row is None else _job(row)

    def newest(self, endpoint: str, tag_prefix: str, limit: int) -> list[Job]:
        """Return an endpoint's newest jobs whose tag begins with `tag_prefix`, newest first."""
        wanted = JOBS.c.endpoint == endpoint
        if tag_prefix:
            above, below = JOBS.c.tag >= tag_prefix, JOBS.c.tag < tag_prefix + _LAST_CHARACTER
            wanted = and_(wanted, above, below)
        # The inner query is answered by an index alone; only the rows wanted are then read.
        found = select(JOBS.c.sequence).where(wanted)
        found = found.order_by(JOBS.c.sequence.desc()).limit(limit)
        query = select(JOBS).where(JOBS.c.sequence.in_(found)).order_by(JOBS.c.sequence.desc())
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query)]

    def finish(
        self,
        job_id: str,
        state: JobState,
        *,
        seconds: float | None = None,
        images: tuple[JobImage, ...] = (),
        error: dict[str, Any] | None = None,
    ) -> Job | None:
        """Give a job its final state, unless it has one already.

        Returns:
            The job as it now lies in the database; None when there is none of that id.
        """
        values = {
            "state": state.value,
            "seconds": seconds,
            "images": [asdict(image) for image in images],
            "error": error,
        }
        with self._database.write() as connection:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.state.in_(_UNFINISHED))
                .values(values)
            )
        return self.get(job_id)

    def requeue(self) -> list[Job]:
        """Queue again what a gateway that stopped left unfinished, oldest first.

        Jobs whose caller waited on the line are ended instead: that caller is gone.
        """
        gone = Cancelled("The gateway stopped while the caller of this request waited for it.")
        with self._database.write() as connection:
            unfinished = JOBS.c.state.in_(_UNFINISHED)
            connection.execute(
                update(JOBS)
                .where(unfinished, JOBS.c.attached)
                .values(state=JobState.CANCELLED.value, error=gone.as_dict())
            )
            connection.execute(
                update(JOBS)
                .where(JOBS.c.state == JobState.RUNNING.value)
                .values(state=JobState.QUEUED.value)
            )
            query = select(JOBS).where(unfinished).order_by(JOBS.c.sequence)
            return [_job(row) for row in connection.execute(query)]


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        endpoint=row.endpoint,
        request=row.request,
        tag=row.tag,
        state=JobState(row.state),
        created=row.created,
        seconds=row.seconds,
        images=tuple(JobImage(**image) for image in row.images),
        error=row.error,
    )
