"""The names that people ask for first, which the UNet practises more than the rest."""

from functools import cache
from pathlib import Path

NAMES = Path(__file__).with_name("often_asked.txt")


@cache
def often_asked() -> frozenset[str]:
    """Return names of the dataset, as they are written there."""
    return frozenset(NAMES.read_text().splitlines())
