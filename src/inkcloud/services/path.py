"""The path under which a method of a service answers."""

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def path(path: str) -> Callable[[Method], Method]:
    """Choose a method's path; without it, `count_words` answers at `/count-words`.

    Args:
        path: begins with a slash, for example "/v2/caption".
    """

    def mark(method: Method) -> Method:
        method.__path__ = path  # type: ignore[attr-defined]
        return method

    return mark
