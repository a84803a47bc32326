"""The history of a gateway, for asyncio."""

from collections.abc import Sequence
from typing import Any

from inkcloud.client.history_picture import HistoryPicture, HistoryPictures
from inkcloud.client.sender import AsyncSender


class AsyncHistoryCalls(AsyncSender):
    """The calls about the history, for a client that can send; they need a token."""

    async def history(self, query: str = "", **filters: Any) -> HistoryPictures:
        """Return a page of finished pictures, newest first unless `sort` says otherwise.

        Args:
            query: words that the prompt, the negative prompt or the note must hold; each may
                be the beginning of a word.
            filters: `endpoint`, `scheduler`, `min_steps`, `max_steps`, `min_guidance`,
                `max_guidance`, `favourites`, `kind` ("single" or "experiment"), `deleted`,
                `sort` (a `HistorySort`), `after` or `before` (from another page), `limit`.
        """
        return await self._send(self._history.page({"query": query, **filters}))

    async def history_picture(self, id: str) -> HistoryPicture:
        """Return one picture's entry, also while it is deleted and can be had back."""
        return await self._send(self._history.get(id))

    async def change_history_picture(self, id: str, **fields: Any) -> HistoryPicture:
        """Mark a picture or write about it.

        Args:
            id: which one.
            fields: `favourite` and `note`; what is absent stays.
        """
        return await self._send(self._history.change(id, fields))

    async def delete_history_pictures(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Delete pictures, at most 1000; for a day they can be had back. Return which there were.

        Args:
            ids: which ones.
        """
        return await self._send(self._history.delete(ids))

    async def restore_history_pictures(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Have deleted pictures back, at most 1000. Return which there were.

        Args:
            ids: which ones.
        """
        return await self._send(self._history.restore(ids))

    async def history_image(self, id: str) -> bytes:
        """Return a picture's PNG file."""
        return await self._send(self._history.image(id))

    async def history_start_image(self, id: str) -> bytes:
        """Return the file of the picture that a picture began as: PNG, JPEG or WebP."""
        return await self._send(self._history.start_image(id))

    async def history_thumbnail(self, id: str) -> bytes:
        """Return a picture's small copy, a WebP file of at most 256 pixels a side."""
        return await self._send(self._history.thumbnail(id))

    async def export_history(self, ids: Sequence[str]) -> bytes:
        """Return pictures, at most 1000, with their records and an index as one zip file.

        Args:
            ids: which ones, in the order of the export.
        """
        return await self._send(self._history.export(ids))
