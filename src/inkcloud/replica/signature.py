"""A method's arguments and answer as its annotations describe them."""

import inspect
from collections.abc import Callable
from typing import Any

from inkcloud.domain.errors import InvalidRequest

EMPTY = inspect.Parameter.empty


def read_signature(function: Callable[..., Any], name: str) -> inspect.Signature:
    """Return a bound method's signature, with annotations that are not texts.

    Args:
        function: the method.
        name: how to call it in an error.

    Raises:
        InvalidRequest: if an annotation cannot be read, or an argument has no name for JSON.
    """
    try:
        signature = inspect.signature(function, eval_str=True)
    except Exception as error:
        raise wrong(f"The annotations of {name} cannot be read: {error}.", name) from error
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise wrong(f"The argument {parameter.name} of {name} cannot be given by name.", name)
    return signature


def require_annotations(signature: inspect.Signature, name: str) -> None:
    """Hold a method to OctoAI's rule: every argument and the answer are annotated.

    Raises:
        InvalidRequest: names the first that is not.
    """
    for parameter in signature.parameters.values():
        if parameter.annotation is EMPTY:
            raise wrong(
                f"The argument {parameter.name} of {name} has no annotation.",
                name,
                f"an annotation, for example {parameter.name}: str",
            )
    if signature.return_annotation is EMPTY:
        raise wrong(
            f"The answer of {name} has no annotation.", name, "an annotation, for example -> str"
        )


def wrong(message: str, name: str, allowed: str | None = None) -> InvalidRequest:
    """Return the error for a method that cannot be served."""
    return InvalidRequest(message, field="service", value=name, allowed=allowed)
