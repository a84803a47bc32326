"""Every request by which endpoints and tokens are managed, and services called."""

from typing import Any

from inkcloud.client import answers, told
from inkcloud.client.call import Call, json_body, path_part
from inkcloud.client.endpoint_status import EndpointStatus
from inkcloud.client.new_token import NewToken
from inkcloud.client.served_job import ServedJob
from inkcloud.client.target import Target
from inkcloud.domain.access import Access
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.template import Template

_read_endpoint = answers.one(EndpointStatus.from_mapping)
_read_job = answers.one(ServedJob.from_mapping)


class ManagementRequests:
    """Builds calls to a gateway; an endpoint of "" is the target's own.

    Args:
        target: the gateway and the endpoint.
    """

    def __init__(self, target: Target) -> None:
        self._gateway = target.base_url
        self._endpoints = f"{target.base_url}/endpoints"
        self._own = target.endpoint

    def create_endpoint(self, name: str, fields: dict[str, Any]) -> Call[EndpointStatus]:
        """Create an endpoint."""
        return Call("POST", self._endpoints, _read_endpoint, json_body({"name": name, **fields}))

    def list_endpoints(self) -> Call[tuple[EndpointStatus, ...]]:
        """List all endpoints."""
        return Call("GET", self._endpoints, answers.many(EndpointStatus.from_mapping))

    def get_endpoint(self, name: str) -> Call[EndpointStatus]:
        """Look an endpoint up."""
        return Call("GET", self._one(name), _read_endpoint)

    def update_endpoint(self, name: str, fields: dict[str, Any]) -> Call[EndpointStatus]:
        """Change some fields of an endpoint."""
        return Call("PATCH", self._one(name), _read_endpoint, json_body(fields))

    def delete_endpoint(self, name: str) -> Call[None]:
        """Delete an endpoint."""
        return Call("DELETE", f"{self._endpoints}/{path_part(name)}", answers.check)

    def pause_endpoint(self, name: str) -> Call[EndpointStatus]:
        """Stop an endpoint's replicas and refuse requests."""
        return Call("POST", self._one(name) + "/pause", _read_endpoint)

    def start_endpoint(self, name: str) -> Call[EndpointStatus]:
        """Take a paused endpoint up again."""
        return Call("POST", self._one(name) + "/start", _read_endpoint)

    def list_templates(self) -> Call[tuple[Template, ...]]:
        """List the templates."""
        return Call("GET", f"{self._gateway}/templates", answers.many(told.template, "templates"))

    def get_template(self, name: str) -> Call[Template]:
        """Look a template up."""
        return Call(
            "GET", f"{self._gateway}/templates/{path_part(name)}", answers.one(told.template)
        )

    def create_token(self, fields: dict[str, Any]) -> Call[NewToken]:
        """Make a token."""
        return Call(
            "POST", f"{self._gateway}/tokens", answers.one(told.new_token), json_body(fields)
        )

    def list_tokens(self) -> Call[tuple[Access, ...]]:
        """List the tokens, without their secrets."""
        return Call("GET", f"{self._gateway}/tokens", answers.many(told.access, "tokens"))

    def current_token(self) -> Call[Access]:
        """Ask what the client's own token permits."""
        return Call("GET", f"{self._gateway}/tokens/current", answers.one(told.access))

    def revoke_token(self, id: str) -> Call[None]:
        """Take a token's permission away."""
        return Call("DELETE", f"{self._gateway}/tokens/{path_part(id)}", answers.check)

    def logs(
        self, endpoint: str, replica: str, lines: int, *, follow: bool = False
    ) -> Call[tuple[LogLine, ...]]:
        """Read, or follow, what an endpoint's replicas wrote."""
        params = {"lines": str(lines), **({"replica": replica} if replica else {})}
        return self._watch(
            endpoint, "logs", answers.many(told.log_line, "logs"), params, follow=follow
        )

    def events(
        self, endpoint: str, limit: int, *, follow: bool = False
    ) -> Call[tuple[EndpointEvent, ...]]:
        """Read, or follow, what happened to an endpoint."""
        read = answers.many(told.event, "events")
        return self._watch(endpoint, "events", read, {"limit": str(limit)}, follow=follow)

    def metrics(self, endpoint: str) -> Call[dict[str, Any]]:
        """Ask for an endpoint's figures over time."""
        return Call("GET", self._one(endpoint) + "/metrics", answers.read_object)

    def openapi(self, endpoint: str) -> Call[dict[str, Any]]:
        """Ask what an endpoint's service can be asked; its replica may have to start first."""
        url = self._one(endpoint) + "/openapi.json"
        return Call("GET", url, answers.read_object, patient=True)

    def infer(
        self, inputs: dict[str, Any], endpoint: str, path: str, deadline_seconds: float | None
    ) -> Call[Any]:
        """Call a service and wait for its answer."""
        deadline = {} if deadline_seconds is None else {"Inkcloud-Deadline": f"{deadline_seconds}"}
        return Call(
            "POST",
            self._below(endpoint, path),
            answers.read_output,
            json_body(inputs),
            headers=deadline,
            patient=True,
        )

    def infer_stream(self, inputs: dict[str, Any], endpoint: str, path: str) -> Call[Any]:
        """Call a service and read its answer piece by piece."""
        body = json_body({**inputs, "stream": True})
        return Call("POST", self._below(endpoint, path), answers.read_output, body, patient=True)

    def infer_async(
        self, inputs: dict[str, Any], endpoint: str, path: str, idempotency_key: str
    ) -> Call[ServedJob]:
        """Call a service and do not wait for its answer."""
        headers = {"Prefer": "respond-async"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        url = self._below(endpoint, path)
        return Call("POST", url, _read_job, json_body(inputs), headers=headers)

    def job(self, id: str) -> Call[ServedJob]:
        """Ask how a job stands."""

        def read(data: dict[str, Any]) -> ServedJob:
            return ServedJob.from_mapping({"response_id": id, **data})

        return Call("GET", self._job(id), answers.one(read))

    def job_response(self, id: str) -> Call[Any]:
        """Fetch a job's answer."""
        return Call("GET", self._job(id) + "/response", answers.read_output)

    def cancel_job(self, id: str) -> Call[None]:
        """Stop a job."""
        return Call("DELETE", self._job(id), answers.check)

    def _one(self, endpoint: str) -> str:
        return f"{self._endpoints}/{path_part(endpoint or self._own)}"

    def _below(self, endpoint: str, path: str) -> str:
        parts = [path_part(part) for part in path.split("/") if part]
        return "/".join([self._one(endpoint), *parts])

    def _job(self, id: str) -> str:
        return f"{self._gateway}/jobs/{path_part(id)}"

    def _watch(
        self,
        endpoint: str,
        what: str,
        read: Any,  # noqa: ANN401
        params: dict[str, str],
        *,
        follow: bool,
    ) -> Call[Any]:
        if follow:
            params = {**params, "follow": "true"}
        return Call("GET", f"{self._one(endpoint)}/{what}", read, params=params, patient=follow)
