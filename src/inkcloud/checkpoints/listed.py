"""Names out of a file, as an error may show them: few, short, and on one line."""

from collections.abc import Sequence

FEW = 3
LONGEST = 100


def listed(names: Sequence[str]) -> str:
    """Return the first few names."""
    return ", ".join(map(quoted, names[:FEW]))


def quoted(name: str) -> str:
    """Return a name that holds no line breaks and is not long; odd ones in quotes."""
    short = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return short if short.isprintable() and short else ascii(short)
