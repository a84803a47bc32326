"""A method's answer: checked against its annotation and made plain for JSON."""

import collections.abc
import inspect
import typing
from typing import Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from inkcloud.replica.signature import EMPTY, wrong

_SERIES = (
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)


class Output:
    """What a method answers with.

    Args:
        signature: the method's signature.
        name: how to call it in an error.
        strict: whether an annotation that says nothing to pydantic is an error.

    Raises:
        InvalidRequest: for an annotation that cannot be used.
    """

    def __init__(self, signature: inspect.Signature, *, name: str, strict: bool) -> None:
        annotation = signature.return_annotation
        origin = typing.get_origin(annotation) or annotation
        self.in_series = origin in _SERIES
        if self.in_series:
            annotation = (typing.get_args(annotation) or (Any,))[0]
        try:
            self.schema: TypeAdapter[Any] = TypeAdapter(Any if annotation is EMPTY else annotation)
        except (PydanticUserError, TypeError, AttributeError) as error:
            if strict:
                raise wrong(f"The annotation of {name}'s answer: {error}", name) from error
            self.schema = TypeAdapter(Any)

    def plain(self, value: object) -> object:
        """Return an answer, or one item of a series, as plain values.

        Raises:
            ValueError: if it is not what the annotation says, or nothing for JSON.
        """
        checked = self.schema.validate_python(value)
        return self.schema.dump_python(checked, mode="json", fallback=_fallback, warnings=False)


def _fallback(value: Any) -> object:  # noqa: ANN401 - whatever pydantic does not know
    # numpy's numbers and arrays, and torch's tensors.
    if hasattr(value, "tolist"):
        return value.tolist()
    message = f"{type(value).__name__} cannot be written as JSON; annotate and convert it."
    raise TypeError(message)
