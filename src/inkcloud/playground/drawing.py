"""What one panel draws: a request on its way, a generation, a picture or an error."""

from dataclasses import dataclass
from enum import StrEnum

from inkcloud.client import GenerationStatus
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.job import JobState


class Phase(StrEnum):
    """Where a drawing stands, as the person in front of it sees it."""

    EMPTY = "empty"
    SENDING = "sending"
    OPENING = "opening"
    QUEUED = "queued"
    RUNNING = "running"
    FETCHING = "fetching"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({Phase.SENDING, Phase.OPENING, Phase.QUEUED, Phase.RUNNING, Phase.FETCHING})


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One panel's work.

    Attributes:
        request: what is to be sent; None once the gateway has accepted it.
        tag: names this one try at the gateway, so that a lost answer can be made up for.
        job: the generation's id.
        status: the generation as the gateway last told it.
        preview: the latest unfinished picture, PNG.
        preview_seen: which picture it is of, and how many model calls it has seen.
        pictures: the finished pictures, PNG, one for each seed.
        error: why there will be no picture.
        trouble: what went wrong last; it is tried again.
        cancelling: the person wants it stopped.
    """

    request: GenerationRequest | None = None
    tag: str = ""
    job: str | None = None
    status: GenerationStatus | None = None
    preview: bytes | None = None
    preview_seen: tuple[int, int] | None = None
    pictures: tuple[bytes, ...] = ()
    error: InkcloudError | None = None
    trouble: InkcloudError | None = None
    cancelling: bool = False

    @property
    def picture(self) -> bytes | None:
        """The first finished picture, PNG."""
        return self.pictures[0] if self.pictures else None

    @property
    def numbers(self) -> range:
        """The finished pictures' numbers, from 0."""
        return range(len(self.pictures))

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        if self.error is not None:
            return Phase.FAILED
        if self.job is None:
            return self._phase_before_acceptance()
        if self.status is None:
            return Phase.OPENING
        if self.status.state is JobState.SUCCEEDED:
            return Phase.SUCCEEDED if self.pictures else Phase.FETCHING
        return Phase(self.status.state.value)

    @property
    def active(self) -> bool:
        """Whether there is more to come."""
        return self.phase in ACTIVE

    def _phase_before_acceptance(self) -> Phase:
        if self.cancelling:
            return Phase.CANCELLED
        return Phase.EMPTY if self.request is None else Phase.SENDING
