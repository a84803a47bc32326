"""Every request about the history of a gateway."""

from collections.abc import Sequence
from typing import Any

from inkcloud.client import answers
from inkcloud.client.call import Call, json_body, path_part
from inkcloud.client.history_picture import HistoryPicture, HistoryPictures
from inkcloud.client.target import Target

_read_picture = answers.one(HistoryPicture.from_mapping)
_read_ids = answers.one(lambda data: tuple(map(str, data["ids"])))


class HistoryRequests:
    """Builds calls to a gateway.

    Args:
        target: the gateway.
    """

    def __init__(self, target: Target) -> None:
        self._history = f"{target.base_url}/history"

    def page(self, filters: dict[str, Any]) -> Call[HistoryPictures]:
        """List pictures; None is a filter that is not set."""
        params = {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in filters.items()
            if value is not None
        }
        read = answers.one(HistoryPictures.from_mapping)
        return Call("GET", self._history, read, params=params)

    def get(self, id: str) -> Call[HistoryPicture]:
        """Look a picture up."""
        return Call("GET", self._one(id), _read_picture)

    def change(self, id: str, fields: dict[str, Any]) -> Call[HistoryPicture]:
        """Mark a picture or write about it."""
        return Call("PATCH", self._one(id), _read_picture, json_body(fields))

    def delete(self, ids: Sequence[str]) -> Call[tuple[str, ...]]:
        """Delete pictures."""
        return Call("POST", f"{self._history}/delete", _read_ids, _ids(ids))

    def restore(self, ids: Sequence[str]) -> Call[tuple[str, ...]]:
        """Have deleted pictures back."""
        return Call("POST", f"{self._history}/restore", _read_ids, _ids(ids))

    def image(self, id: str) -> Call[bytes]:
        """Fetch a picture."""
        return Call("GET", self._one(id) + "/image", answers.read_bytes)

    def start_image(self, id: str) -> Call[bytes]:
        """Fetch what a picture began as."""
        return Call("GET", self._one(id) + "/start-image", answers.read_bytes)

    def thumbnail(self, id: str) -> Call[bytes]:
        """Fetch a picture's small copy."""
        return Call("GET", self._one(id) + "/thumbnail", answers.read_bytes)

    def export(self, ids: Sequence[str]) -> Call[bytes]:
        """Fetch pictures as one zip file."""
        url = f"{self._history}/export"
        return Call("POST", url, answers.read_bytes, _ids(ids), patient=True)

    def _one(self, id: str) -> str:
        return f"{self._history}/{path_part(id)}"


def _ids(ids: Sequence[str]) -> bytes:
    return json_body({"ids": list(ids)})
