"""A job: one accepted request to an endpoint, from submission to its result."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.init_image import without_image

FRAMES = "frames"
_UNSAID = GenerationRequest(prompt="").as_mapping()


class JobKind(StrEnum):
    """What a job asks an endpoint for."""

    GENERATION = "generation"
    CALL = "call"


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
        kind: pictures of a text-to-image service, or a call of any service's path.
        path: the service's path that a call asks for, for example "/infer"; else "".
        request: a generation request as plain values, its image named by hash as
            `init_image.without_image` does; or a call's body: any JSON.
        tag: a caller's own label, for example the playground's panel.
        state: where it stands.
        created: when it was accepted, UTC.
        token_id: the caller's token, as `Access.id`; "" without one.
        idempotency_key: the caller's word for this request, so that sending it again
            starts nothing new; None without one.
        seconds: from admission in the engine to the last picture; None until then.
        images: the pictures, in order, once it has succeeded.
        output: what a call answered, any JSON, once it has succeeded; of a generation with
            frames where they are, as `frames` reads it.
        error: `InkcloudError.as_dict()` once it has failed.
        expires: when it is forgotten, UTC; None until it has ended, and if it is kept for ever.
    """

    id: str
    endpoint: str
    kind: JobKind = JobKind.GENERATION
    path: str = ""
    request: Any
    tag: str = ""
    state: JobState = JobState.QUEUED
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    token_id: str = ""
    idempotency_key: str | None = None
    seconds: float | None = None
    images: tuple[JobImage, ...] = ()
    output: Any = None
    error: dict[str, Any] | None = None
    expires: datetime | None = None

    @property
    def start_image(self) -> str | None:
        """SHA-256 of the picture that a generation starts from, in the image store."""
        if self.kind is not JobKind.GENERATION:
            return None
        named = self.request.get("image")
        return named["sha256"] if isinstance(named, dict) else None

    @property
    def frames(self) -> str | None:
        """SHA-256 of the archive of a generation's frames, in the image store."""
        if self.kind is not JobKind.GENERATION or not isinstance(self.output, dict):
            return None
        named = self.output.get(FRAMES)
        return named if isinstance(named, str) else None

    def asks_the_same(self, other: "Job") -> bool:
        """Say whether two jobs ask for the same: the kind, the path and the body agree."""
        return _asked(self) == _asked(other)


def _asked(job: Job) -> str:
    request = job.request
    if job.kind is JobKind.GENERATION:
        request = without_image(request)  # which an earlier version kept whole
        request = {**_UNSAID, **request}  # which an earlier version did not know
    # As text, because Python takes `true`, `1` and `1.0` for equal.
    return json.dumps([job.kind.value, job.path, request], sort_keys=True)
