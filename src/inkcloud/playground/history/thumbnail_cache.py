"""The small copies of pictures that the pages of this process have shown last."""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import streamlit as st

from inkcloud.client import HistoryPicture, InkcloudClient
from inkcloud.domain.errors import InkcloudError

MOST = 512
_AT_ONCE = 4


class ThumbnailCache:
    """Keeps a bounded number of WebP files, by the SHA-256 of their pictures.

    Args:
        most: so many are kept; the ones that were not shown for the longest go first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._changing = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def fetch(self, client: InkcloudClient, pictures: Sequence[HistoryPicture]) -> dict[str, bytes]:
        """Return the small copies of pictures by id; those that there are none of are left out.

        Args:
            client: reaches the gateway, which has just listed these pictures to it.
            pictures: at most as many as are kept.
        """

        def one(picture: HistoryPicture) -> bytes | None:
            known = self._get(picture.sha256)
            if known is not None:
                return known
            try:
                small = client.history_thumbnail(picture.id)
            except InkcloudError:
                return None
            self._put(picture.sha256, small)
            return small

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = list(threads.map(one, pictures))
        return {
            picture.id: small
            for picture, small in zip(pictures, found, strict=True)
            if small is not None
        }

    def _get(self, sha256: str) -> bytes | None:
        with self._changing:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
            return self._kept.get(sha256)

    def _put(self, sha256: str, small: bytes) -> None:
        with self._changing:
            self._kept[sha256] = small
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def shared_thumbnails() -> ThumbnailCache:
    """Return the one cache of all pages of this process."""
    return st.cache_resource(show_spinner=False)(_cache)()


def _cache() -> ThumbnailCache:
    return ThumbnailCache()
