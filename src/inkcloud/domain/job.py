"""A job: one accepted request to an endpoint, from submission to its result."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the job will change no more."""
        return self in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


def new_job_id() -> str:
    """Return an id that cannot be guessed: jobs of public endpoints need no token."""
    return "gen_" + secrets.token_urlsafe(24)


@dataclass(frozen=True, kw_only=True)
class JobImage:
    """One picture of a finished job; its bytes lie in the image store under `sha256`."""

    sha256: str
    record: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One request and what has become of it.

    Attributes:
        id: unguessable.
        endpoint: the endpoint's name.
        request: the generation request as plain values.
        tag: a caller's own label, for example the playground's panel.
        state: where it stands.
        created: when it was accepted, UTC.
        seconds: from admission in the engine to the last picture; None until then.
        images: the pictures, in order, once it has succeeded.
        error: `InkcloudError.as_dict()` once it has failed.
    """

    id: str
    endpoint: str
    request: dict[str, Any]
    tag: str = ""
    state: JobState = JobState.QUEUED
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float | None = None
    images: tuple[JobImage, ...] = ()
    error: dict[str, Any] | None = None
