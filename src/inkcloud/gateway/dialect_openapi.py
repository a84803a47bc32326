"""The description of a dialect's routes: their errors are in the dialect's own envelope."""

from inkcloud.gateway.openapi import COMMON, SUBMITTING, Responses, problems

JSON = "application/json"
# What the layers before every route answer is a problem, whoever is called.
_BEFORE_ROUTES = (403, 500)
DRAWING = (*COMMON, *SUBMITTING, 409, 502, 504)


def dialect_errors(*statuses: int) -> Responses:
    """Return the `responses` of a route that may answer with these statuses."""
    described = problems(*statuses)
    for status, response in described.items():
        content = response["content"] if status in _BEFORE_ROUTES else {}
        response["content"] = {JSON: {}} | content
    return described


def json_response(status: int, description: str) -> Responses:
    """Return the `responses` of a route that answers with JSON."""
    return {status: {"description": description, "content": {JSON: {}}}}
