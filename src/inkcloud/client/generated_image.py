"""A finished picture in the caller's hands."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class GeneratedImage:
    """One picture.

    Attributes:
        png: the PNG file, with its record in it.
        record: all that decided its pixels.
        seed: the seed that was used.
        sha256: SHA-256 of `png`, 64 hex digits.
    """

    png: bytes = field(repr=False)
    record: dict[str, Any]
    seed: int
    sha256: str
