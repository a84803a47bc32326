"""A picture of the history as the gateway tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inkcloud.client.endpoint_status import moment
from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.picture_kind import PictureKind


@dataclass(frozen=True, kw_only=True)
class HistoryPicture(HistoryEntry):
    """A finished picture, and where its file and its small copy are.

    Attributes:
        image_url: the PNG.
        thumbnail_url: a WebP file of at most 256 pixels a side.
    """

    image_url: str = ""
    thumbnail_url: str = ""

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "HistoryPicture":
        """Read the gateway's JSON; fields of a newer gateway are passed over.

        Raises:
            KeyError: if a field is missing.
            TypeError, ValueError: if a value is of the wrong kind.
        """
        return cls(
            id=str(data["id"]),
            generation=str(data["generation"]),
            index=int(data["index"]),
            endpoint=str(data["endpoint"]),
            created=datetime.fromisoformat(data["created"]),
            tag=str(data["tag"]),
            kind=PictureKind(data["kind"]),
            request=dict(data["request"]),
            record=dict(data["record"]),
            sha256=str(data["sha256"]),
            seconds=float(data["seconds"]),
            favourite=bool(data["favourite"]),
            note=str(data["note"]),
            deleted=moment(data.get("deleted")),
            image_url=str(data["image_url"]),
            thumbnail_url=str(data["thumbnail_url"]),
        )


@dataclass(frozen=True, kw_only=True)
class HistoryPictures:
    """Some pictures in order, and where the neighbouring pages are.

    Attributes:
        pictures: the pictures.
        next: what `after` of the next page is; "" if there is none.
        previous: what `before` of the previous page is; "" if there is none.
    """

    pictures: tuple[HistoryPicture, ...] = field(default=())
    next: str = ""
    previous: str = ""

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "HistoryPictures":
        """Read the gateway's JSON, as `HistoryPicture.from_mapping` does."""
        return cls(
            pictures=tuple(HistoryPicture.from_mapping(each) for each in data["pictures"]),
            next=str(data.get("next") or ""),
            previous=str(data.get("previous") or ""),
        )
