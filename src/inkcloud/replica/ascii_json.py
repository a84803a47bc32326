"""JSON in plain ASCII: the form that every client reads the same."""

import json
import math

from starlette.responses import Response


def ascii_json(value: object) -> bytes:
    """Return a value as compact JSON.

    Older clients split lines at characters beyond ASCII, and half a surrogate pair has no
    UTF-8 at all; escaped, both are safe. NaN and infinity, which JSON cannot say, are null.

    Raises:
        TypeError: for a value that is not plain.
    """
    try:
        return _dump(value)
    except ValueError:
        return _dump(_without_nan(value))


def _dump(value: object) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def _without_nan(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class AsciiJson(Response):
    """An answer of JSON in plain ASCII."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the body."""
        return ascii_json(content)
