"""Cuts a process's output into lines that are safe to keep and to show."""

import re

LONGEST = 8192
HIDDEN = "ink_[hidden]"
# A token has 36 characters after its prefix; one that a cut has shortened still counts.
_TOKEN = re.compile(r"ink_[0-9A-Za-z]{20,}")
_BEGUN_TOKEN = re.compile(r"ink_[0-9A-Za-z]*$")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# Controls but the tab, the other line ends, and what turns the direction of writing round.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class LineCutter:
    """Takes output in pieces of any size; keeps at most one line, and only its beginning.

    A line longer than `LONGEST` bytes is cut, and says by how much. A carriage return begins
    the line anew, as on a terminal: of a progress bar the last state is kept. Bytes that are
    no text become U+FFFD, and so do control characters; tokens are hidden.
    """

    def __init__(self) -> None:
        self._begun = bytearray()
        self._cut = 0

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that end in this piece."""
        *ends, rest = data.split(b"\n")
        lines = []
        for end in ends:
            self._add(end)
            lines.append(self._take())
        self._add(rest)
        return lines

    def flush(self) -> list[str]:
        """Return what has come since the last line's end; the output has ended."""
        return [self._take()] if self._begun else []

    def _add(self, data: bytes) -> None:
        start = data.rstrip(b"\r").rfind(b"\r") + 1
        if start or (self._begun.endswith(b"\r") and data.strip(b"\r")):
            self._begun.clear()
            self._cut = 0
        room = max(0, LONGEST - len(self._begun))
        self._begun += data[start : start + room]
        self._cut += max(0, len(data) - start - room)

    def _take(self) -> str:
        text = self._begun.decode("utf-8", "replace").rstrip("\r")
        text = _TOKEN.sub(HIDDEN, _CONTROL.sub("\ufffd", _COLOUR.sub("", text)))
        if self._cut:
            text = f"{_BEGUN_TOKEN.sub(HIDDEN, text)}… ({self._cut} more bytes)"
        self._begun.clear()
        self._cut = 0
        return text
