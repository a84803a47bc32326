"""A service's inputs, read from its OpenAPI document or from an example."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# A browser's numbers are exact up to here; larger ones are typed as text.
LARGEST_EXACT = 2**53 - 1
_DEEPEST = 20
_SECTIONS = ("Args:", "Raises:", "Returns:", "Yields:", "Example:", "Examples:")
_LONG = 80


class Kind(StrEnum):
    """How an input is asked for."""

    TEXT = "text"
    LONG_TEXT = "long text"
    WRAPPED_TEXT = "wrapped text"
    WHOLE = "whole"
    LARGE_WHOLE = "large whole"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    MEDIA = "media"
    BASE64 = "base64"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a method.

    Attributes:
        name: its name in the request.
        kind: how it is asked for.
        title: what stands above its field.
        description: what it does, or "".
        default: what it is if it is left out; None if it must be given or may be null.
        required: whether it must be given.
        lowest: the smallest number allowed; None if any.
        highest: the largest number allowed; None if any.
        choices: the only values allowed; empty if any.
    """

    name: str
    kind: Kind
    title: str
    description: str = ""
    default: Any = None
    required: bool = False
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Method:
    """One thing that a service can be asked.

    Attributes:
        path: below the endpoint's address, for example "/infer".
        title: a short name for people.
        description: what it does, or "".
        inputs: what it takes, in order.
        open_ended: whether it takes a JSON object that the document does not describe.
    """

    path: str
    title: str
    description: str = ""
    inputs: tuple[Input, ...] = ()
    open_ended: bool = False


def read_methods(document: dict[str, Any]) -> tuple[Method, ...]:
    """Return what an OpenAPI document says can be asked with a JSON body, `/infer` first."""
    paths = document.get("paths")
    found = []
    for path, operations in paths.items() if isinstance(paths, dict) else ():
        operation = operations.get("post") if isinstance(operations, dict) else None
        if isinstance(operation, dict) and path != "/stream" and "{" not in path:
            schema = _body_schema(operation)
            if schema is not None:
                found.append(_method(path, operation, schema, document))
    return tuple(sorted(found, key=lambda method: method.path != "/infer"))


def method_of_example(path: str, example: dict[str, Any]) -> Method:
    """Return a method with the inputs of a request that is known to work."""
    inputs = tuple(_input_of_value(name, value) for name, value in example.items())
    return Method(path=path, title=path.strip("/"), inputs=inputs, open_ended=not inputs)


def _method(
    path: str, operation: dict[str, Any], schema: dict[str, Any], document: dict[str, Any]
) -> Method:
    body, _ = _resolved(schema, document)
    properties = body.get("properties")
    required = body.get("required") or ()
    inputs = [
        _input(name, part, document, required=name in required)
        for name, part in (properties.items() if isinstance(properties, dict) else ())
        if name != "stream" and isinstance(part, dict)
    ]
    return Method(
        path=path,
        title=str(operation.get("summary") or path.strip("/")),
        description=_for_people(str(operation.get("description") or "")),
        inputs=tuple(inputs),
        open_ended=not inputs and body.get("additionalProperties") is not False,
    )


def _body_schema(operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None and not content:
        return {"type": "object", "additionalProperties": False}
    return schema if isinstance(schema, dict) else None


def _input(name: str, schema: dict[str, Any], document: dict[str, Any], *, required: bool) -> Input:
    part, nullable = _resolved(schema, document)
    choices = tuple(part.get("enum") or ()) or ((part["const"],) if "const" in part else ())
    default = schema.get("default", part.get("default"))
    return Input(
        name=name,
        kind=_kind(name, part, choices, default),
        title=_title(name, schema),
        description=str(schema.get("description") or part.get("description") or ""),
        default=default,
        required=required and not nullable,
        lowest=_bound(part, "minimum", "exclusiveMinimum", 1),
        highest=_bound(part, "maximum", "exclusiveMaximum", -1),
        choices=choices,
    )


def _title(name: str, schema: dict[str, Any]) -> str:
    """Return what the input itself is called; what its type is called tells people nothing."""
    title = schema.get("title")
    return title if isinstance(title, str) and title else name.replace("_", " ").capitalize()


def _for_people(docstring: str) -> str:
    """Return a docstring's prose, without what it says to programmers."""
    prose = []
    for paragraph in docstring.split("\n\n"):
        if paragraph.lstrip().startswith(_SECTIONS):
            break
        prose.append(paragraph)
    return "\n\n".join(prose)


def _kind(name: str, part: dict[str, Any], choices: tuple[Any, ...], default: object) -> Kind:
    if choices:
        return Kind.CHOICE
    type_, properties = part.get("type"), part.get("properties") or {}
    if type_ == "object" and set(properties) == {"data"}:
        return Kind.MEDIA
    if type_ == "object" and set(properties) == {"text"}:
        return Kind.WRAPPED_TEXT
    if type_ == "integer":
        exact = (part.get("maximum") or 0) <= LARGEST_EXACT
        return Kind.WHOLE if exact else Kind.LARGE_WHOLE
    if type_ == "string":
        return _text_kind(name, part, default)
    return {"number": Kind.NUMBER, "boolean": Kind.FLAG}.get(str(type_), Kind.JSON)


def _text_kind(name: str, part: dict[str, Any], default: object) -> Kind:
    coded = part.get("contentEncoding") == "base64" or part.get("format") in {
        "binary",
        "byte",
        "base64",
        "base64url",
    }
    if coded or "contentMediaType" in part:
        return Kind.BASE64
    long = isinstance(default, str) and (len(default) > _LONG or "\n" in default)
    return Kind.LONG_TEXT if long or name in {"text", "document", "code"} else Kind.TEXT


def _bound(part: dict[str, Any], name: str, exclusive: str, step: int) -> float | None:
    bound = part.get(name)
    if bound is None and isinstance(part.get(exclusive), int | float):
        outside = part[exclusive]
        bound = outside + step if part.get("type") == "integer" else outside
    return bound if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return a schema without references and alternatives of null, and whether it had one."""
    nullable = False
    for _ in range(_DEEPEST):
        if "$ref" in schema:
            schema = _pointed_at(str(schema["$ref"]), document)
            continue
        parts = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if not isinstance(parts, list):
            break
        others = [part for part in parts if isinstance(part, dict) and part.get("type") != "null"]
        nullable = nullable or len(others) < len(parts)
        if len(others) != 1:
            return {}, nullable
        outer = {
            key: value for key, value in schema.items() if key not in {"anyOf", "oneOf", "allOf"}
        }
        schema = outer | others[0]
    return schema, nullable


def _pointed_at(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _input_of_value(name: str, value: object) -> Input:
    kind = Kind.JSON
    if isinstance(value, bool):
        kind = Kind.FLAG
    elif isinstance(value, int):
        kind = Kind.WHOLE if abs(value) <= LARGEST_EXACT else Kind.LARGE_WHOLE
    elif isinstance(value, float):
        kind = Kind.NUMBER
    elif isinstance(value, str):
        kind = Kind.LONG_TEXT if len(value) > _LONG else Kind.TEXT
    title = name.replace("_", " ").capitalize()
    return Input(name=name, kind=kind, title=title, default=value)
