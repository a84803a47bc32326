"""A service's answer, looked through for pictures."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
}
_DATA_URL = re.compile(r"data:[^,;]{0,100};base64,")
_SHORTEST = 64
_MOST_PICTURES = 50


@dataclass(frozen=True)
class Picture:
    """A picture in an answer.

    Attributes:
        place: where in the answer it is, for example "images[0].png".
        content: the file.
        kind: PNG, JPEG, GIF or WEBP.
    """

    place: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Seen:
    """An answer as it is shown.

    Attributes:
        value: the answer with a word in place of each picture; None if it is no JSON.
        pictures: its pictures.
    """

    value: Any
    pictures: tuple[Picture, ...]


def look_through(answer: Any) -> Seen:  # noqa: ANN401
    """Return an answer's pictures, and the rest of it in a form that can be read.

    Args:
        answer: a JSON value; or bytes, if the service answered with no JSON.
    """
    if isinstance(answer, bytes):
        kind = kind_of(answer)
        if kind is not None:
            return Seen(None, (Picture("", answer, kind),))
        return Seen(f"{len(answer)} bytes that are no JSON and no picture", ())
    pictures: list[Picture] = []
    return Seen(_without_pictures(answer, "", pictures), tuple(pictures))


def kind_of(content: bytes) -> str | None:
    """Return which kind of picture a file is by its first bytes; None if it is none."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)


def _without_pictures(value: Any, place: str, pictures: list[Picture]) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {
            key: _without_pictures(part, f"{place}.{key}".lstrip("."), pictures)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [
            _without_pictures(part, f"{place}[{index}]", pictures)
            for index, part in enumerate(value)
        ]
    picture = _picture(value, place) if len(pictures) < _MOST_PICTURES else None
    if picture is None:
        return value
    pictures.append(picture)
    return f"(picture {len(pictures)}: {picture.kind}, {len(picture.content)} bytes)"


def _picture(value: object, place: str) -> Picture | None:
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return None
    text = _DATA_URL.sub("", value, count=1)
    try:
        start = base64.b64decode(text[:24], validate=True)
        kind = kind_of(start)
        content = base64.b64decode(text, validate=True) if kind else b""
    except (binascii.Error, ValueError):
        return None
    return None if kind is None else Picture(place, content, kind)
