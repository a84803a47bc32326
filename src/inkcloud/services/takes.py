"""Documents the inputs of a method that takes them all as `**inputs`."""

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def takes(kind: type) -> Callable[[Method], Method]:
    """Give a method the inputs of a dataclass in its endpoint's OpenAPI document.

    It documents only: the method checks its inputs itself.

    Args:
        kind: a dataclass or pydantic model whose fields are the inputs.
    """

    def mark(method: Method) -> Method:
        method.__takes__ = kind  # type: ignore[attr-defined]
        return method

    return mark
