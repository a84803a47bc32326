"""A generation as the gateway tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.events import Progress
from inkcloud.domain.job import JobState


@dataclass(frozen=True, kw_only=True)
class ImageLink:
    """Where a finished picture is, and its record."""

    url: str
    sha256: str
    record: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PreviewLink:
    """Where the latest preview of picture `index` is, made after `done` UNet calls."""

    index: int
    done: int
    url: str


@dataclass(frozen=True, kw_only=True)
class GenerationStatus:
    """One generation and what has become of it.

    Attributes:
        id: names it in every other call.
        endpoint: the endpoint's name.
        state: where it stands.
        created: when it was accepted.
        tag: the caller's own label.
        request: the request with every default filled in.
        position: how many are ahead of it while it is queued.
        progress: how far it has come while it runs.
        previews: the latest preview of each picture while it runs.
        seconds: how long it took, once it has succeeded.
        images: its pictures, once it has succeeded.
        error: why it failed or was cancelled.
        links: addresses, by name.
    """

    id: str
    state: JobState
    created: datetime
    endpoint: str = ""
    tag: str = ""
    request: dict[str, Any] = field(default_factory=dict)
    position: int | None = None
    progress: Progress | None = None
    previews: tuple[PreviewLink, ...] = ()
    seconds: float | None = None
    images: tuple[ImageLink, ...] = ()
    error: InkcloudError | None = None
    links: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "GenerationStatus":
        """Read the gateway's JSON; fields of a newer gateway are passed over.

        Raises:
            KeyError: if a field is missing.
            TypeError, ValueError: if a value is of the wrong kind.
        """
        progress, error = data.get("progress"), data.get("error")
        return cls(
            id=str(data["id"]),
            state=JobState(data["state"]),
            created=datetime.fromisoformat(data["created"]),
            endpoint=str(data["endpoint"]),
            tag=str(data["tag"]),
            request=dict(data["request"]),
            position=data.get("position"),
            progress=None if progress is None else _progress(progress),
            previews=tuple(
                PreviewLink(index=view["index"], done=view["done"], url=view["url"])
                for view in data.get("previews", ())
            ),
            seconds=data.get("seconds"),
            images=tuple(
                ImageLink(url=view["url"], sha256=view["sha256"], record=dict(view["record"]))
                for view in data["images"]
            ),
            error=None if error is None else InkcloudError.from_dict(error),
            links=dict(data.get("links", {})),
        )


def _progress(data: dict[str, Any]) -> Progress:
    return Progress(int(data["done"]), int(data["total"]), data["seconds_left"])
