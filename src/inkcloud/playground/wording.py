"""Times, sizes and errors in words."""

import re

from inkcloud.client import GenerationStatus
from inkcloud.domain.errors import InkcloudError, NotFound, shorten
from inkcloud.playground.drawing import Drawing, Phase
from inkcloud.playground.fields import label_of

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#$~|:])")


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def duration(seconds: float) -> str:
    """Return a time taken, for example "3.4 s" or "2 min 5 s"."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def about(seconds: float) -> str:
    """Return an estimated time without more digits than an estimate has."""
    if seconds < 0.095:
        return "less than 0.1 s"
    if seconds < 3:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{round(seconds)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def pixels_text(width: int, height: int) -> str:
    """Return a size in words, for example "512 × 512 pixels"."""
    return f"{width} \N{MULTIPLICATION SIGN} {height} pixels"


def time_left(seconds: float | None) -> str:
    """Return an estimate in words; empty if there is none."""
    if seconds is None:
        return ""
    if seconds < 1:
        return "less than a second left"
    if seconds < 90:
        return f"about {round(seconds)} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"


def error_text(error: InkcloudError) -> str:
    """Return an error as Markdown: what failed, the value received, what is allowed."""
    parts = [escaped(error.message)]
    if error.field is not None:
        parts.insert(0, f"**{escaped(label_of(error.field))}.**")
        if error.value not in (None, ""):
            parts.append(f"You gave “{escaped(str(shorten(error.value)))}”.")
    if error.allowed is not None:
        parts.append(f"Allowed is {escaped(error.allowed)}.")
    return " ".join(parts)


def failure_text(error: InkcloudError, button: str) -> str:
    """Return why there is no picture, as Markdown, and what to press if it was lost.

    Args:
        error: why.
        button: the page's button that draws.
    """
    again = f" Press **{button}** to draw it again." if isinstance(error, NotFound) else ""
    return error_text(error) + again


def progress_fraction(drawing: Drawing) -> float:
    """Return how much is done, 0 to 1."""
    progress = drawing.status.progress if drawing.status else None
    if drawing.phase is Phase.FETCHING:
        return 1.0
    if progress is None or progress.total <= 0:
        return 0.0
    return min(1.0, max(0.0, progress.done / progress.total))


def progress_text(drawing: Drawing) -> str:
    """Return what is going on."""
    match drawing.phase:
        case Phase.SENDING:
            return "Sending…"
        case Phase.OPENING:
            return "Looking for this generation…"
        case Phase.QUEUED:
            return _queued(drawing.status)
        case Phase.FETCHING:
            return "Fetching the picture…"
        case _:
            return _running(drawing.status)


def _queued(status: GenerationStatus | None) -> str:
    ahead = status.position if status else None
    return f"Waiting, {ahead} ahead of it" if ahead else "Waiting for its turn…"


def _running(status: GenerationStatus | None) -> str:
    progress = status.progress if status else None
    if progress is None:
        return "Starting…"
    left = time_left(progress.seconds_left)
    text = f"Step {progress.done} of {progress.total}"
    return f"{text}, {left}" if left and progress.done < progress.total else text
