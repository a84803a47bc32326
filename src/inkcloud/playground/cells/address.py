"""A run's definition as a short text for the page's address.

It is a version, a full stop, and base64 of deflated JSON: the prompt, the parameters in the form
of `link`, and for each axis its kind and values.
"""

import base64
import binascii
import json
import zlib
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.link import generate_query, read_query

ADDRESS_VERSION = "1"
MOST_CHARACTERS = 6000
_MOST_BYTES = 200_000
_RAW = -15  # deflate without a header


def encode(definition: CellsDefinition) -> str:
    """Return a definition as text.

    Raises:
        InvalidRequest: if it cannot be drawn, or is too long for an address.
    """
    query = generate_query(definition.prompt, [definition.checked().parameters])
    data = {
        "q": query["prompt"],
        "p": query["p1"],
        "a": [[axis.kind.value, list(axis.values)] for axis in definition.axes],
    }
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    packed = packer.compress(plain) + packer.flush()
    text = f"{ADDRESS_VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(
            "The texts of this run are too long for the page's address.",
            field="cells",
            value=f"{len(text)} characters",
            allowed=f"at most {MOST_CHARACTERS} characters; shorten the prompts",
        )
    return text


def decode(text: str) -> CellsDefinition:
    """Return the definition that `encode` made a text of.

    Raises:
        InvalidRequest: if it is no such text, of another version, or cannot be drawn.
    """
    version, _, packed = text.partition(".")
    if version != ADDRESS_VERSION:
        raise _unreadable(text, f"version {ADDRESS_VERSION}; open it with the version that made it")
    if len(text) > MOST_CHARACTERS:
        raise _unreadable(text, f"at most {MOST_CHARACTERS} characters")
    data = _unpacked(text, packed)
    try:
        linked = read_query({"v": "1", "prompt": _text(data["q"]), "p1": _text(data["p"])})
        axes = tuple(_axis(kind, values) for kind, values in data["a"])
    except (KeyError, TypeError, ValueError):
        raise _unreadable(text) from None
    if linked is None:
        raise _unreadable(text)
    return CellsDefinition(linked.prompt, linked.panels[0], axes).checked()


def _unpacked(text: str, packed: str) -> dict[str, Any]:
    unpacker = zlib.decompressobj(_RAW)
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        plain = unpacker.decompress(raw, _MOST_BYTES)
        data = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise _unreadable(text) from None
    if unpacker.unconsumed_tail or not isinstance(data, dict):
        raise _unreadable(text)
    return data


def _axis(kind: str, values: object) -> Axis:
    if not isinstance(values, list):
        raise TypeError(kind)
    return Axis(AxisKind(kind), tuple(_text(value) for value in values))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _unreadable(
    text: str, allowed: str = "an address that was copied as a whole"
) -> InvalidRequest:
    return InvalidRequest(
        "The address names no run that this version can read.",
        field="cells",
        value=text,
        allowed=allowed,
    )
