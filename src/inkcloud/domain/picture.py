"""A finished picture."""

import hashlib
from dataclasses import dataclass

from inkcloud.domain.record import Record


@dataclass(frozen=True)
class Picture:
    """PNG bytes beside the record that they carry.

    Attributes:
        png: the file, with the record and the infotext as text chunks.
        record: what decided its pixels.
    """

    png: bytes
    record: Record

    @property
    def sha256(self) -> str:
        """SHA-256 of the PNG bytes, 64 hex digits."""
        return hashlib.sha256(self.png).hexdigest()
