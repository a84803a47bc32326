"""The OpenAPI document of a service, from its annotations."""

import warnings
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic.json_schema import JsonSchemaMode, PydanticJsonSchemaWarning

from inkcloud.replica.form import Form
from inkcloud.replica.method import Method

_TEMPLATE = "#/components/schemas/{model}"
_FREE: dict[str, Any] = {"type": "object"}
Schema = dict[str, Any]


class Analytics(BaseModel):
    """How long an answer took.

    Attributes:
        inference_time_ms: in the method itself.
        performance_time_ms: with waiting for its turn.
    """

    inference_time_ms: float
    performance_time_ms: float


class Schemas:
    """The JSON schemas of a service's methods, and the definitions that they share.

    Args:
        methods: the service's methods.
    """

    def __init__(self, methods: tuple[Method, ...]) -> None:
        wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
            ("analytics", "serialization", TypeAdapter(Analytics))
        ]
        for method in methods:
            wanted.append((f"{method.name} output", "serialization", method.output.schema))
            if not isinstance(method.inputs, Form):
                wanted.append((f"{method.name} input", "validation", method.inputs.schema))
        self._found, self.definitions = _generate(wanted)

    def of(self, method: Method) -> Schema:
        """Return what a method's route adds to the document: its body and its answers."""
        form = isinstance(method.inputs, Form)
        body = method.inputs.schema if isinstance(method.inputs, Form) else self._input(method)
        kind = "multipart/form-data" if form else "application/json"
        return {
            "requestBody": {"required": True, "content": {kind: {"schema": body}}},
            "responses": {
                "200": {"description": "The answer.", "content": self._answers(method)},
                "422": {"description": "An input is not allowed."},
                "503": {"description": "The service is not ready."},
            },
        }

    def _input(self, method: Method) -> Schema:
        return self._found.get((f"{method.name} input", "validation"), _FREE)

    def _answers(self, method: Method) -> Schema:
        item = self._found.get((f"{method.name} output", "serialization"), {})
        analytics = self._found.get(("analytics", "serialization"), _FREE)
        output = {"type": "array", "items": item} if method.streams else item
        envelope = {
            "type": "object",
            "properties": {"output": output, "analytics": analytics},
            "required": ["output", "analytics"],
        }
        stream = {"text/event-stream": {"schema": {"type": "string"}}}
        if method.always_streams:
            return stream
        answer = {"application/json": {"schema": envelope}}
        return answer | stream if method.streams or method.streamed_by else answer


def openapi_of(app: FastAPI, schemas: Schemas) -> Callable[[], Schema]:
    """Return the function that makes an app's document with these definitions."""

    def openapi() -> Schema:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(schemas.definitions)
            app.openapi_schema = document
        return app.openapi_schema

    return openapi


def _generate(
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]],
) -> tuple[dict[tuple[str, JsonSchemaMode], Schema], Schema]:
    with warnings.catch_warnings():
        # A default that JSON cannot say is left out of the document, and that is all.
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        try:
            found, rest = TypeAdapter.json_schemas(wanted, ref_template=_TEMPLATE)
        except PydanticUserError:  # a type that checks values but has no schema
            return {}, {}
    return dict(found), rest.get("$defs", {})
