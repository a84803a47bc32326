"""What schemathesis is told besides the description: which things there are, and what ends."""

import os
import re
from typing import Any

import schemathesis

KNOWN = {"name": "open", "template": "stub", "id": os.environ.get("GENERATION_ID", "")}
_ENDLESS = ("/v1/logs/{name}/stream", "/v1/events/{name}/stream")


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Let half of the calls find something; what would remove it finds nothing."""
    operation = context.operation
    if path_parameters and operation.path in _ENDLESS:
        # A call before this one may have made an endpoint of any name that is allowed.
        name = str(path_parameters.get("name"))
        return path_parameters | {"name": re.sub(r"^(?=[a-z0-9])", "never-made-", name)}
    harmless = operation.method.upper() != "DELETE"
    if path_parameters and harmless and len(str(path_parameters)) % 2:
        return path_parameters | {k: v for k, v in KNOWN.items() if k in path_parameters}
    return path_parameters


@schemathesis.hook
def map_query(context: Any, query: dict[str, Any] | None) -> Any:
    """Follow nothing: that goes on for as long as the caller stays, by design."""
    if query and str(query.get("follow")).lower() in {"true", "1", "on", "yes", "t", "y"}:
        return query | {"follow": "false"}
    return query
