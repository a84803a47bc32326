"""What schemathesis is told besides the description: which things there are, and what ends."""

import os
import re
from typing import Any

import schemathesis

KNOWN = {"name": "open", "template": "stub", "id": os.environ.get("GENERATION_ID", "")}
# What would change or remove the endpoint that all others are tried at, is tried at this one.
CHANGED = "shut"
OWN_TOKEN = os.environ.get("TOKEN_ID", "")
DEADLINE = "Inkcloud-Deadline"
DEADLINE_FIELD = "deadline_seconds"
SHORT = 30
_ENDLESS = ("/v1/logs/{name}/stream", "/v1/events/{name}/stream")
_CHANGES = ("/endpoints/{name}", "/endpoints/{name}/pause", "/v1/endpoint/{name}")
_TRUE = {"true", "1", "on", "yes", "t", "y"}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Let half of the calls find something; what would remove it finds nothing."""
    harmless = context.operation.method.upper() != "DELETE"
    if path_parameters and harmless and len(str(path_parameters)) % 2:
        known = {k: v for k, v in KNOWN.items() if k in path_parameters}
        if context.operation.path.startswith("/history/"):
            known = {"id": KNOWN["id"] + "-0"}
        return path_parameters | known
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Change what goes on for ever and what would end the run, in every phase."""
    path, method = case.operation.path, case.operation.method.upper()
    if path in _ENDLESS and "name" in (case.path_parameters or {}):
        # A call before this one may have made an endpoint of any name that is allowed.
        name = str(case.path_parameters["name"])
        case.path_parameters["name"] = re.sub(r"^(?=[a-z0-9])", "never-made-", name)
    if case.query and str(case.query.get("follow")).lower() in _TRUE:
        # That goes on for as long as the caller stays, by design.
        case.query["follow"] = "false"
    if _is_short((case.headers or {}).get(DEADLINE)):
        # What is not done by its caller's deadline is answered by a 504, by design.
        case.headers[DEADLINE] = str(SHORT)
    if isinstance(case.body, dict) and _is_short(case.body.get(DEADLINE_FIELD)):
        case.body[DEADLINE_FIELD] = SHORT
    if method != "GET" and path in _CHANGES and case.path_parameters.get("name") == KNOWN["name"]:
        case.path_parameters["name"] = CHANGED
    if method == "DELETE" and OWN_TOKEN and OWN_TOKEN in (case.path_parameters or {}).values():
        case.path_parameters["token_id"] = "tok_none"


def _is_short(seconds: object) -> bool:
    try:
        return 0 < float(str(seconds)) < SHORT
    except ValueError:
        return False
