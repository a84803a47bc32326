"""What of an answer is needed for the calls that come next, as OpenAPI's links."""

from typing import Any

ONE_ENDPOINT = "/endpoints/{name}"
ONE_GENERATION = "/endpoints/{name}/generations/{id}"
ONE_JOB = "/jobs/{id}"


def links(*operations: str, **parameters: str) -> dict[str, Any]:
    """Return the `links` of an answer, to go with its description.

    Args:
        operations: what can be called next, each as "METHOD /path".
        parameters: what the parameters of those calls are, as runtime expressions of OpenAPI,
            for example "$response.body#/id".
    """
    made = {}
    for operation in operations:
        method, path = operation.split(" ", 1)
        pointer = path.replace("~", "~0").replace("/", "~1")
        made[operation] = {
            "operationRef": f"#/paths/{pointer}/{method.lower()}",
            "parameters": parameters,
        }
    return {"links": made}


def job_links(job_id: str) -> dict[str, Any]:
    """Return the links to a job; `job_id` is the expression for its id."""
    operations = (f"GET {ONE_JOB}", f"GET {ONE_JOB}/response", f"DELETE {ONE_JOB}")
    return links(*operations, id=job_id)
