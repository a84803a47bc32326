"""A method's arguments: the keys of a request's JSON object, checked by pydantic."""

import inspect
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import ErrorDetails, PydanticUndefined

from inkcloud.domain.errors import InvalidRequest
from inkcloud.replica.media_inputs import check_media
from inkcloud.replica.signature import EMPTY, wrong

_SHOULD_BE = "Input should be "


class Arguments:
    """What a method takes.

    Args:
        function: the bound method.
        signature: its signature.
        name: how to call it in an error.
        title: its name in the OpenAPI document.
        lenient: whether to overlook inputs that it does not have, as OctoAI did.

    Raises:
        InvalidRequest: for an annotation that no JSON value can fulfil.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        signature: inspect.Signature,
        *,
        name: str,
        title: str,
        lenient: bool,
    ) -> None:
        parameters = signature.parameters.values()
        named = [each for each in parameters if each.kind not in _STARRED]
        self.names = [each.name for each in named]
        self.open_ended = any(each.kind is each.VAR_KEYWORD for each in parameters)
        self._lenient = lenient or self.open_ended
        # Fields have names of their own, for an argument may be called as a method of pydantic's.
        self._fields = {f"argument_{number}": each.name for number, each in enumerate(named)}
        fields = {
            field: _field(each, name) for field, each in zip(self._fields, named, strict=True)
        }
        self._model = _build(title, fields, name, extra="allow" if self.open_ended else "ignore")
        documented = getattr(function, "__takes__", None)
        self.schema: TypeAdapter[Any] = TypeAdapter(documented or self._model)

    def check(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments for a request's inputs.

        Raises:
            InvalidRequest: names the first input that is unknown, missing or not allowed.
        """
        if not self._lenient:
            self._check_names(inputs)
        try:
            model = self._model.model_validate(inputs)
        except ValidationError as error:
            raise _told(error) from error
        # A type's own constructor may raise anything for values that it does not expect.
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidRequest(
                f"The inputs are not allowed: {error}.", field="body", value=inputs
            ) from error
        values = {name: getattr(model, field) for field, name in self._fields.items()}
        if self.open_ended:
            values = {**(model.model_extra or {}), **values}
        check_media(values)
        return values

    def _check_names(self, inputs: dict[str, Any]) -> None:
        for name, value in inputs.items():
            if name not in self.names:
                raise InvalidRequest(
                    "There is no input of that name.",
                    field=name,
                    value=value,
                    allowed="any of " + ", ".join(self.names) if self.names else "no inputs at all",
                )


_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _field(parameter: inspect.Parameter, name: str) -> Any:  # noqa: ANN401 - pydantic's own form
    annotation = Any if parameter.annotation is EMPTY else parameter.annotation
    default = PydanticUndefined if parameter.default is EMPTY else parameter.default
    try:
        TypeAdapter(annotation)
    except (PydanticUserError, TypeError, AttributeError) as error:
        raise wrong(
            f"The argument {parameter.name} of {name} has an annotation that JSON cannot fulfil: "
            f"{' '.join(str(error).split())}",
            name,
            "Python's plain types, pydantic's models, inkcloud.services.types",
        ) from error
    return (annotation, Field(default=default, alias=parameter.name))


def _build(title: str, fields: dict[str, Any], name: str, extra: Any) -> type[BaseModel]:  # noqa: ANN401
    # Infinity is not JSON: a service that computes with it could not answer.
    config = ConfigDict(title=title, extra=extra, allow_inf_nan=False)
    try:
        return create_model(title, __config__=config, **fields)
    except (PydanticUserError, TypeError) as error:
        raise wrong(f"The arguments of {name} cannot be described: {error}", name) from error


def _told(error: ValidationError) -> InvalidRequest:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    if first["type"] == "missing":
        return InvalidRequest(
            f"The input {field} is missing.", field=field, allowed="a value; it has no default"
        )
    return InvalidRequest(
        f"The input {field} is not allowed.",
        field=field,
        value=first["input"],
        allowed=_allowed(first),
    )


def _allowed(error: ErrorDetails) -> str:
    return error["msg"].removeprefix(_SHOULD_BE).removeprefix("Value error, ")
