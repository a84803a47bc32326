"""A request's body as JSON, read strictly."""

import json
from typing import Any

from inkcloud.domain.errors import InvalidRequest, MalformedRequest

_ALLOWED = "one JSON object in UTF-8"


def decode(body: bytes) -> dict[str, Any]:
    """Read a body that must be one JSON object.

    NaN and Infinity are read as such, so that the field's own check can name the field.

    Raises:
        MalformedRequest: if it is not UTF-8, not JSON, nested too deeply or no object.
        InvalidRequest: if an object has the same field twice.
    """
    try:
        data = json.loads(body.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise _malformed(message, repr(body[:40])) from None
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise _malformed(message, error.doc[max(0, error.pos - 20) : error.pos + 20]) from None
    except RecursionError:
        raise _malformed("The body is nested too deeply.", None) from None
    except ValueError:  # Python refuses to convert a number of thousands of digits
        raise _malformed("The body holds a number that is too long.", None) from None
    if not isinstance(data, dict):
        raise _malformed("The body is JSON but not an object.", repr(data)[:40])
    return data


def _malformed(message: str, value: str | None) -> MalformedRequest:
    return MalformedRequest(message, field="body", value=value, allowed=_ALLOWED)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidRequest(
            "A field is given twice.", field=twice, value=data[twice], allowed="each field once"
        )
    return data
