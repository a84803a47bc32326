"""The jobs, from acceptance to their final state."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from inkcloud.domain.errors import Cancelled, InvalidRequest
from inkcloud.domain.job import FRAMES, Job, JobImage, JobKind, JobState
from inkcloud.storage.database import Database
from inkcloud.storage.fetch import fetch
from inkcloud.storage.picture_rows import add_pictures
from inkcloud.storage.schema import JOB_IMAGES, JOBS

RETENTION = timedelta(hours=24)
UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)
# No tag holds this character, so every tag with a prefix sorts before the prefix and it.
_LAST_CHARACTER = "\U0010ffff"


class JobTable:
    """Reads and writes jobs; a final state never changes again.

    Args:
        database: where they lie.
        retention: so long a job is kept after it has ended; None is for ever.
    """

    def __init__(self, database: Database, retention: timedelta | None = RETENTION) -> None:
        self._database = database
        self._retention = retention

    def add(self, job: Job, *, attached: bool = False) -> Job:
        """Keep a new job; on return it is on the disk.

        A job whose caller has used its idempotency key at this endpoint before is not kept:
        the earlier one is returned instead, as the other `id` tells.

        Args:
            job: the job.
            attached: whether its caller waits on the line, so that a restart ends it.

        Raises:
            InvalidRequest: if the earlier job of the same key asked for something else.
        """
        try:
            return self._add(job, attached)
        except IntegrityError:
            if job.idempotency_key is None:
                raise
            return self._add(job, attached)  # another process has just used the key

    def get(self, job_id: str) -> Job | None:
        """Return a job, or None when there is none of that id."""
        with self._database.read() as connection:
            return _get(connection, job_id)

    def newest(
        self,
        endpoint: str,
        tag_prefix: str,
        limit: int,
        kind: JobKind = JobKind.GENERATION,
    ) -> list[Job]:
        """Return an endpoint's newest jobs whose tag begins with `tag_prefix`, newest first."""
        wanted = and_(JOBS.c.endpoint == endpoint, JOBS.c.kind == kind.value)
        if tag_prefix:
            above, below = JOBS.c.tag >= tag_prefix, JOBS.c.tag < tag_prefix + _LAST_CHARACTER
            wanted = and_(wanted, above, below)
        # The inner query is answered by an index alone; only the rows wanted are then read.
        found = select(JOBS.c.sequence).where(wanted)
        found = found.order_by(JOBS.c.sequence.desc()).limit(limit)
        query = select(JOBS).where(JOBS.c.sequence.in_(found)).order_by(JOBS.c.sequence.desc())
        return self._database.fetch(query, _job)

    def start(self, job_id: str) -> bool:
        """Mark a queued job as running; only one of several callers is told that it did."""
        with self._database.write() as connection:
            started = connection.execute(
                update(JOBS)
                .where(JOBS.c.id == job_id, JOBS.c.state == JobState.QUEUED.value)
                .values(state=JobState.RUNNING.value)
            )
            return started.rowcount == 1

    def finish(
        self,
        job_id: str,
        state: JobState,
        *,
        seconds: float | None = None,
        images: tuple[JobImage, ...] = (),
        output: object = None,
        error: dict[str, Any] | None = None,
        frames: str | None = None,
        now: datetime | None = None,
    ) -> Job | None:
        """Give a job its final state, unless it has one already, and its pictures to the history.

        A cancelled job lets go of its idempotency key: nobody was given a result, so the
        same request may be sent again.

        Args:
            job_id: which.
            state: the final one.
            seconds: how long the drawing took.
            images: the pictures.
            output: what a call answered.
            error: what kept it from succeeding.
            frames: SHA-256 of the archive of a generation's frames.
            now: the present time, UTC.

        Returns:
            The job as it now lies in the database; None when there is none of that id.
        """
        values: dict[str, Any] = {
            "state": state.value,
            "seconds": seconds,
            "images": [asdict(image) for image in images],
            "output": output if frames is None else {FRAMES: frames},
            "error": error,
            "expires": self._expiry(now),
        }
        if state is JobState.CANCELLED:
            values["idempotency_key"] = None
        unfinished = JOBS.c.id == job_id, JOBS.c.state.in_(UNFINISHED)
        with self._database.write() as connection:
            won = connection.execute(update(JOBS).where(*unfinished).values(values)).rowcount
            if won:
                kept = set() if frames is None else {frames}
                _refer(connection, job_id, {image.sha256 for image in images} | kept)
            job = _get(connection, job_id)
            if won and job is not None and _has_drawn(job):
                add_pictures(connection, job, now or datetime.now(UTC))
            return job

    def requeue(self, kind: JobKind = JobKind.GENERATION) -> list[Job]:
        """Queue again what a gateway that stopped left unfinished, oldest first.

        Jobs whose caller waited on the line are ended instead: that caller is gone. One
        with an idempotency key comes back to ask, so its job is done.
        """
        gone = Cancelled("The gateway stopped while the caller of this request waited for it.")
        unfinished = and_(JOBS.c.kind == kind.value, JOBS.c.state.in_(UNFINISHED))
        with self._database.write() as connection:
            connection.execute(
                update(JOBS)
                .where(unfinished, JOBS.c.attached, JOBS.c.idempotency_key.is_(None))
                .values(
                    state=JobState.CANCELLED.value,
                    error=gone.as_dict(),
                    expires=self._expiry(None),
                )
            )
            connection.execute(update(JOBS).where(unfinished).values(state=JobState.QUEUED.value))
            query = select(JOBS).where(unfinished).order_by(JOBS.c.sequence)
            return fetch(connection, query, _job)

    def expire(self, now: datetime | None = None) -> int:
        """Forget the jobs whose time is over and return how many that were."""
        with self._database.write() as connection:
            return remove_jobs(connection, JOBS.c.expires <= (now or datetime.now(UTC)))

    def image_names(self) -> set[str]:
        """Return the SHA-256 of every picture that a job refers to."""
        query = select(JOB_IMAGES.c.sha256).distinct()
        return set(self._database.fetch(query, lambda row: str(row.sha256)))

    def _add(self, job: Job, attached: bool) -> Job:
        with self._database.write() as connection:
            earlier = _of_same_key(connection, job)
            if earlier is None:
                connection.execute(insert(JOBS).values(_row(job) | {"attached": attached}))
                if job.start_image is not None:
                    _refer(connection, job.id, {job.start_image})
                return job
        if not earlier.asks_the_same(job):
            raise InvalidRequest(
                "This idempotency key was used for another request.",
                field="Idempotency-Key",
                value=job.idempotency_key,
                allowed="a new key for a new request",
            )
        return earlier

    def _expiry(self, now: datetime | None) -> datetime | None:
        return None if self._retention is None else (now or datetime.now(UTC)) + self._retention


def remove_jobs(connection: Connection, wanted: ColumnElement[bool]) -> int:
    """Remove jobs and what they say of pictures; return how many jobs that were."""
    ids = select(JOBS.c.id).where(wanted)
    connection.execute(delete(JOB_IMAGES).where(JOB_IMAGES.c.job_id.in_(ids)))
    return connection.execute(delete(JOBS).where(wanted)).rowcount


def _has_drawn(job: Job) -> bool:
    return job.kind is JobKind.GENERATION and job.state is JobState.SUCCEEDED


def _refer(connection: Connection, job_id: str, pictures: set[str]) -> None:
    """Note that a job refers to pictures; what is noted already stays so."""
    known = select(JOB_IMAGES.c.sha256).where(JOB_IMAGES.c.job_id == job_id)
    new = pictures - set(connection.execute(known).scalars())
    if new:
        names = [{"sha256": sha256, "job_id": job_id} for sha256 in new]
        connection.execute(insert(JOB_IMAGES), names)


def _get(connection: Connection, job_id: str) -> Job | None:
    query = select(JOBS).where(JOBS.c.id == job_id)
    return next(iter(fetch(connection, query, _job)), None)


def _of_same_key(connection: Connection, job: Job) -> Job | None:
    if job.idempotency_key is None:
        return None
    query = select(JOBS).where(
        JOBS.c.endpoint == job.endpoint,
        JOBS.c.token_id == job.token_id,
        JOBS.c.idempotency_key == job.idempotency_key,
    )
    return next(iter(fetch(connection, query, _job)), None)


def _row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "endpoint": job.endpoint,
        "kind": job.kind.value,
        "path": job.path,
        "request": job.request,
        "tag": job.tag,
        "state": job.state.value,
        "created": job.created,
        "token_id": job.token_id,
        "idempotency_key": job.idempotency_key,
        "seconds": job.seconds,
        "images": [asdict(image) for image in job.images],
        "output": job.output,
        "error": job.error,
        "expires": job.expires,
    }


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        endpoint=row.endpoint,
        kind=JobKind(row.kind),
        path=row.path,
        request=row.request,
        tag=row.tag,
        state=JobState(row.state),
        created=row.created,
        token_id=row.token_id,
        idempotency_key=row.idempotency_key,
        seconds=row.seconds,
        images=tuple(JobImage(**image) for image in row.images),
        output=row.output,
        error=row.error,
        expires=row.expires,
    )
