"""A file that was uploaded in a form."""

from collections.abc import Mapping
from typing import BinaryIO


class File:
    """One file of `infer_form_data`.

    Args:
        file: its content, at the start.
        size: its length in bytes.
        filename: what its sender calls it; never trust it as a path.
        headers: the headers of its part of the form.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        size: int | None = None,
        filename: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.file = file
        self.size = size
        self.filename = filename
        self.headers = {} if headers is None else headers

    @property
    def content_type(self) -> str | None:
        """What its sender says that it is, for example "image/png"."""
        return self.headers.get("content-type")

    async def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, or all that are left."""
        return self.file.read(size)

    async def seek(self, offset: int) -> None:
        """Go to a place in the file."""
        self.file.seek(offset)

    async def close(self) -> None:
        """Let go of the file."""
        self.file.close()
