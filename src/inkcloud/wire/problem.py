"""Errors as RFC 9457 problem details."""

import json
import math
from typing import Any

from inkcloud.domain.errors import InkcloudError

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:inkcloud:problem:"


def encode(error: InkcloudError, request_id: str) -> dict[str, Any]:
    """Return an error as a problem; `code` is stable, `detail` is for people."""
    known = error.as_dict()
    problem = plain(known["code"], error.title, error.status, known["message"], request_id)
    for member in ("field", "value", "allowed"):
        if member in known:
            problem[member] = finite(known[member])
    return problem


def plain(code: str, title: str, status: int, detail: str, request_id: str) -> dict[str, Any]:
    """Return a problem that stems from no `InkcloudError`."""
    return {
        "type": _TYPE_PREFIX + code,
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }


def finite(value: object) -> object:
    """Return a value as it is, or NaN and the infinities, which JSON lacks, as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


def dump(data: object) -> bytes:
    """Return plain values as JSON of ASCII characters: half a surrogate pair stays legal."""
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
