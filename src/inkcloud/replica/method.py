"""One method of a service that answers requests."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inkcloud.replica.arguments import Arguments
from inkcloud.replica.form import Form
from inkcloud.replica.output import Output


@dataclass(frozen=True, kw_only=True)
class Method:
    """What the server needs to know of it.

    Attributes:
        name: as its class calls it.
        paths: where it answers.
        function: the bound method.
        inputs: its arguments, or its form.
        output: its answer.
        always_streams: whether it has no answer but its stream.
        streamed_by: the method that streams in its place, where there is one.
    """

    name: str
    paths: tuple[str, ...]
    function: Callable[..., Any]
    inputs: Arguments | Form
    output: Output
    always_streams: bool = False
    streamed_by: "Method | None" = None

    @property
    def streams(self) -> bool:
        """Whether its answer comes in parts."""
        return self.always_streams or self.output.in_series or is_series(self.function)

    @property
    def documentation(self) -> tuple[str, str]:
        """Its docstring: the first line, and the rest."""
        first, _, rest = (inspect.getdoc(self.function) or "").partition("\n")
        return first, rest.strip()


def is_series(function: Callable[..., Any]) -> bool:
    """Return whether a method is a generator, plain or async, under its decorators."""
    inner = inspect.unwrap(function)
    return inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner)
