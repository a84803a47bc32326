"""Single values of a dialect's body, read strictly; null is the same as absent."""

from collections.abc import Mapping
from typing import Any

from inkcloud.domain.errors import InvalidRequest


def text(body: Mapping[str, Any], field: str, default: str = "") -> str:
    """Return a text.

    Raises:
        InvalidRequest: if it is anything else.
    """
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, str):
        raise _wrong(field, value, "a text")
    return value


def choice(body: Mapping[str, Any], field: str, allowed: tuple[str, ...], default: str) -> str:
    """Return one of some words.

    Raises:
        InvalidRequest: if it is anything else.
    """
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        raise _wrong(field, value, "one of " + ", ".join(allowed))
    return value


def flag(body: Mapping[str, Any], field: str, *, default: bool = False) -> bool:
    """Return true or false.

    Raises:
        InvalidRequest: if it is anything else.
    """
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(field, value, "true or false")
    return value


def whole(body: Mapping[str, Any], field: str, default: int, bounds: tuple[int, int]) -> int:
    """Return a whole number within bounds, both allowed.

    Raises:
        InvalidRequest: if it is anything else.
    """
    value = body.get(field)
    if value is None:
        return default
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _wrong(field, value, f"a whole number from {low} to {high}")
    return value


def texts(body: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a list of texts.

    Raises:
        InvalidRequest: if it is anything else.
    """
    value = body.get(field)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(field, value, "a list of texts")
    return tuple(value)


def present(body: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return those of some fields that are there and not null."""
    return {field: body[field] for field in fields if body.get(field) is not None}


def _wrong(field: str, value: object, allowed: str) -> InvalidRequest:
    return InvalidRequest(
        f"The value of {field} is not allowed.", field=field, value=value, allowed=allowed
    )
