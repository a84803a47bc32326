"""The history as the native API shows it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from inkcloud.domain.picture_kind import PictureKind


class HistoryPictureView(BaseModel):
    """One finished picture of the history."""

    id: str
    generation: str = Field(description="The generation that drew it; forgotten after a day.")
    index: int = Field(description="Its number among that generation's pictures, from 0.")
    endpoint: str
    created: datetime = Field(description="When it was finished.")
    tag: str
    kind: PictureKind
    request: dict[str, Any]
    record: dict[str, Any] = Field(description="All that decided its pixels.")
    sha256: str
    seconds: float = Field(description="How long its generation took, all its pictures together.")
    favourite: bool
    note: str
    deleted: datetime | None = Field(description="When it was deleted, if it was.")
    image_url: str
    thumbnail_url: str


class HistoryPageView(BaseModel):
    """Some pictures in order, and where the neighbouring pages are."""

    pictures: list[HistoryPictureView]
    next: str | None = Field(description="What `after` of the next page is.")
    previous: str | None = Field(description="What `before` of the previous page is.")


class HistoryIdsView(BaseModel):
    """The pictures that a change was made to."""

    ids: list[str]
