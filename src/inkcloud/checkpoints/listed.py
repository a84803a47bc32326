"""Names out of a file, as an error may show them: few, short, and on one line."""

from collections.abc import Sequence

FEW = 3
LONGEST_ERROR = 200
LONGEST = 100


def listed(names: Sequence[str]) -> str:
    """Return the first few names."""
    return ", ".join(map(quoted, names[:FEW]))


def quoted(name: object, longest: int = LONGEST) -> str:
    """Return a name or a text that holds no line breaks and is not long; odd ones in quotes.

    Args:
        name: a text, or a library's error, which may repeat what a file holds.
        longest: letters after which it is cut.
    """
    text = str(name)
    short = text if len(text) <= longest else f"{text[:longest]}…"
    return short if short.isprintable() and short else ascii(short)
