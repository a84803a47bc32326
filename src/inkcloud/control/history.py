"""The use cases round the history: look for pictures, mark them, delete them, take them along."""

import asyncio
from collections.abc import Collection, Iterator

from inkcloud.control.history_export import export
from inkcloud.control.thumbnail import make_thumbnail
from inkcloud.domain.errors import NotFound
from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.domain.history_query import HistoryPage, HistoryQuery
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.thumbnails import ThumbnailStore

_NONE = "There is no picture of that id in the history."


class History:
    """What a caller does with the history.

    Every method takes the name of the endpoint that the caller may see, "" for all; what lies
    outside is as if it were not there.

    Args:
        table: where the history is kept.
        images: where its pictures are.
        thumbnails: where their small copies are kept.
    """

    def __init__(self, table: HistoryTable, images: ImageStore, thumbnails: ThumbnailStore) -> None:
        self._table = table
        self._images = images
        self._thumbnails = thumbnails

    async def page(self, query: HistoryQuery, opened: str) -> HistoryPage:
        """Return one page.

        Raises:
            InvalidRequest: if there is no picture of the id in `after` or `before`.
        """
        return await asyncio.to_thread(self._table.page, query, opened)

    async def get(self, id: str, opened: str) -> HistoryEntry:
        """Return a picture's entry, also while it is deleted and can be had back.

        Raises:
            NotFound: if there is none of that id.
        """
        entry = await asyncio.to_thread(self._table.get, id, opened) if id.isprintable() else None
        if entry is None:
            raise NotFound(_NONE)
        return entry

    async def change(
        self, id: str, opened: str, *, favourite: bool | None, note: str | None
    ) -> HistoryEntry:
        """Mark a picture or write about it; None leaves it as it is.

        Raises:
            NotFound: if there is none of that id.
        """
        await self.get(id, opened)
        changed = await asyncio.to_thread(
            self._table.change, id, opened, favourite=favourite, note=note
        )
        if changed is None:
            raise NotFound(_NONE)
        return changed

    async def delete(self, ids: Collection[str], opened: str) -> list[str]:
        """Delete pictures, so that they can be had back for a while; return which there were."""
        return await asyncio.to_thread(self._table.delete, ids, opened)

    async def restore(self, ids: Collection[str], opened: str) -> list[str]:
        """Have deleted pictures back; return which there were."""
        return await asyncio.to_thread(self._table.restore, ids, opened)

    async def image(self, entry: HistoryEntry) -> bytes:
        """Return a picture as PNG.

        Raises:
            NotFound: if its file is missing or damaged.
        """
        return await asyncio.to_thread(self._image, entry.sha256)

    async def thumbnail(self, entry: HistoryEntry) -> bytes:
        """Return a picture's small copy as WebP; it is made when it is first asked for.

        Raises:
            NotFound: if the picture's file is missing or damaged.
        """
        return await asyncio.to_thread(self._thumbnail, entry.sha256)

    async def start_image(self, entry: HistoryEntry) -> bytes:
        """Return the file of the picture that a picture began as: PNG, JPEG or WebP.

        Raises:
            NotFound: if it began as noise alone, or the file is missing or damaged.
        """
        named = entry.request.get("image")
        if not isinstance(named, dict):
            raise NotFound("The picture began as noise alone.")
        return await asyncio.to_thread(self._image, str(named.get("sha256", "")))

    async def export(self, ids: Collection[str], opened: str) -> Iterator[bytes]:
        """Return a zip of pictures, their records and an index, to be read piece by piece.

        Raises:
            NotFound: if there is no picture of one of the ids.
        """
        entries = await asyncio.to_thread(self._table.some, ids, opened)
        if missing := set(ids) - {entry.id for entry in entries}:
            raise NotFound(_NONE, field="ids", value=min(missing), allowed="ids of the history")
        return export(entries, self._images)

    def _image(self, sha256: str) -> bytes:
        png = self._images.get(sha256)
        if png is None:
            raise NotFound("The picture's file is missing or damaged.")
        return png

    def _thumbnail(self, sha256: str) -> bytes:
        small = self._thumbnails.get(sha256)
        if small is None:
            small = make_thumbnail(self._image(sha256))
            self._thumbnails.put(sha256, small)
        return small
