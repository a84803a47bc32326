"""The inputs of `infer_form_data`: texts and files from a form."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from inkcloud.domain.errors import InvalidRequest, MalformedRequest
from inkcloud.replica.client_gone import ClientGoneError
from inkcloud.replica.inputs import body_chunks
from inkcloud.replica.signature import EMPTY, wrong
from inkcloud.services.file import File

MAXIMUM_PART_BYTES = 10 * 1024 * 1024
_MULTIPART = "multipart/form-data"
_PLAIN = "application/x-www-form-urlencoded"


class Form:
    """What a form's method takes: texts and files, each by its argument's name.

    Args:
        signature: the method's signature.
        name: how to call it in an error.

    Raises:
        InvalidRequest: for an argument that is neither a text nor a file.
    """

    def __init__(self, signature: inspect.Signature, name: str) -> None:
        self._parameters = signature.parameters
        for parameter in self._parameters.values():
            if not (parameter.annotation is str or _is_file(parameter.annotation)):
                raise wrong(
                    f"The argument {parameter.name} of {name} is not for a form.", name, "str, File"
                )

    @property
    def schema(self) -> dict[str, Any]:
        """The form as a JSON schema."""
        files = {name: _is_file(each.annotation) for name, each in self._parameters.items()}
        required = [name for name, each in self._parameters.items() if each.default is EMPTY]
        binary = {"type": "string", "format": "binary"}
        return {
            "type": "object",
            "properties": {
                name: binary if is_file else {"type": "string"} for name, is_file in files.items()
            },
            "required": required,
        }

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[dict[str, Any]]:
        """Lend the arguments that a form holds; its files close with the block.

        Raises:
            MalformedRequest: if it is no form, or too large.
            InvalidRequest: names an input that is missing, unknown or of the wrong kind.
            ClientGoneError: if the client went before the form's end.
        """
        form = await _parse(request)
        try:
            yield self._arguments(form)
        finally:
            await form.close()

    def _arguments(self, form: FormData) -> dict[str, Any]:
        for name in form:
            if name not in self._parameters:
                known = "any of " + ", ".join(self._parameters)
                message = "There is no input of that name."
                raise InvalidRequest(message, field=name, allowed=known)
        arguments: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            if name in form:
                arguments[name] = _value(name, parameter.annotation, form[name])
            elif parameter.default is EMPTY:
                raise InvalidRequest(
                    f"The input {name} is missing.",
                    field=name,
                    allowed="a value; it has no default",
                )
        return arguments


def _value(name: str, annotation: Any, value: str | UploadFile) -> Any:  # noqa: ANN401
    if _is_file(annotation) != isinstance(value, UploadFile):
        allowed = "a file" if _is_file(annotation) else "a text"
        raise InvalidRequest(f"The input {name} is not {allowed}.", field=name, allowed=allowed)
    if isinstance(value, UploadFile):
        return annotation(
            file=value.file, size=value.size, filename=value.filename, headers=value.headers
        )
    return value


def _is_file(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, File | UploadFile)


async def _parse(request: Request) -> FormData:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    chunks = body_chunks(request)
    try:
        if kind == _MULTIPART:
            parser = MultiPartParser(request.headers, chunks, max_part_size=MAXIMUM_PART_BYTES)
            return await parser.parse()
        if kind == _PLAIN:
            return await FormParser(request.headers, chunks).parse()
    except MultiPartException as error:
        raise MalformedRequest(f"The form cannot be read: {error.message}") from None
    except ClientDisconnect:
        raise ClientGoneError from None
    raise MalformedRequest(
        "This path takes a form.", field="Content-Type", value=kind, allowed=_MULTIPART
    )
