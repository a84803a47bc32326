"""What FastAPI cannot see for itself in the handlers: bodies and problems."""

from typing import Any

from pydantic import BaseModel

from inkcloud.wire import native, problem

_TITLES = {
    400: "The body cannot be read.",
    401: "A valid token is needed.",
    403: "Called by a wrong host name, or from another site's page.",
    404: "There is no such thing.",
    409: "Cancelled, or not possible in the present state.",
    413: "The body is too large.",
    422: "A value is not allowed: the problem names the field, the value and what is allowed.",
    500: "The gateway failed; its log has the reason under the request id.",
    502: "The replica stopped while it held the work, twice.",
    503: "Too busy, or no replica is ready; see Retry-After.",
    504: "Not done within the deadline.",
    507: "There is no room left on the disk.",
}
COMMON = (401, 403, 404, 422, 500)
SUBMITTING = (400, 413, 503, 507)
# The body of a call: what the service itself defines.
CALLED = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}
# How a caller may want a service's answer; see `call_options`.
_OPTIONS = {
    "Prefer": ("`respond-async` asks for a job.", {"type": "string"}),
    "X-OctoAI-Async": ("`1` asks for a job.", {"type": "string", "enum": ["0", "1"]}),
    "Idempotency-Key": (
        "The same key with the same request starts nothing new.",
        {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    ),
    "Inkcloud-Deadline": (
        "Seconds that it may take.",
        {"type": "number", "exclusiveMinimum": 0, "maximum": 86400},
    ),
}
Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Return the `responses` of a route that may answer with these problems."""
    schema = _inlined(native.Problem)
    return {
        status: {
            "description": _TITLES[status],
            "content": {problem.MEDIA_TYPE: {"schema": schema}},
        }
        for status in sorted(statuses)
    }


def headers(*names: str) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that reads these headers by itself."""
    described = [(name, *_OPTIONS[name]) for name in names]
    return {
        "parameters": [
            {"in": "header", "name": name, "required": False, "description": text, "schema": schema}
            for name, text, schema in described
        ]
    }


def answer(status: int, description: str, media_type: str) -> Responses:
    """Return the `responses` of a route whose answer FastAPI does not see."""
    return {status: {"description": description, "content": {media_type: {}}}}


def body(model: type[BaseModel]) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that reads its body by itself."""
    content = {"application/json": {"schema": _inlined(model)}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="validation")
    definitions = schema.pop("$defs", {})
    resolved: dict[str, Any] = _resolve(schema, definitions)
    return resolved


def _resolve(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(node, list):
        return [_resolve(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    node = dict(node)
    reference = node.pop("$ref", None)
    if reference is not None:
        node = definitions[reference.rpartition("/")[2]] | node
    return {key: _resolve(value, definitions) for key, value in node.items()}


OPTIONS = headers(*_OPTIONS)
