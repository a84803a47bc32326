"""Managing endpoints and tokens and calling services."""

from collections.abc import Generator
from typing import Any

from inkcloud.client import told
from inkcloud.client.call import Output
from inkcloud.client.endpoint_status import EndpointStatus
from inkcloud.client.history_calls import HistoryCalls
from inkcloud.client.model_calls import ModelCalls
from inkcloud.client.new_token import NewToken
from inkcloud.client.preset_calls import PresetCalls
from inkcloud.client.served_job import ServedJob
from inkcloud.domain.access import Access
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.template import Template


class Management(ModelCalls, HistoryCalls, PresetCalls):
    """The calls that manage a service, for a client that can send."""

    def create_endpoint(self, name: str, **fields: Any) -> EndpointStatus:
        """Create an endpoint from a template or from a class of your own.

        Args:
            name: its name, also in its address.
            fields: `template`, or `service` and `code_folder`; and any other field of
                `EndpointStatus` that can be chosen, for example `max_replicas` or `public`.
        """
        return self._send(self._management.create_endpoint(name, fields))

    def list_endpoints(self) -> tuple[EndpointStatus, ...]:
        """Return all endpoints that the token may see."""
        return self._send(self._management.list_endpoints())

    def get_endpoint(self, name: str = "") -> EndpointStatus:
        """Return an endpoint as it stands."""
        return self._send(self._management.get_endpoint(name))

    def update_endpoint(self, name: str, **fields: Any) -> EndpointStatus:
        """Change some fields of an endpoint; requests under way are not lost.

        Args:
            name: which one.
            fields: the new values.
        """
        return self._send(self._management.update_endpoint(name, fields))

    def delete_endpoint(self, name: str) -> None:
        """Delete an endpoint and stop its replicas."""
        self._send(self._management.delete_endpoint(name))

    def pause_endpoint(self, name: str) -> EndpointStatus:
        """Stop an endpoint's replicas; it refuses requests until it is started, and jobs wait."""
        return self._send(self._management.pause_endpoint(name))

    def start_endpoint(self, name: str) -> EndpointStatus:
        """Take a paused endpoint up again."""
        return self._send(self._management.start_endpoint(name))

    def list_templates(self) -> tuple[Template, ...]:
        """Return the templates that endpoints can be made from."""
        return self._send(self._management.list_templates())

    def get_template(self, name: str) -> Template:
        """Return one template."""
        return self._send(self._management.get_template(name))

    def create_token(self, **fields: Any) -> NewToken:
        """Make a token; the service tells its value this once.

        Args:
            fields: `name` (a label), `scopes` (all by default), `endpoint` (the only one
                that it opens) and `expires_seconds`.
        """
        return self._send(self._management.create_token(fields))

    def list_tokens(self) -> tuple[Access, ...]:
        """Return all tokens, without their values."""
        return self._send(self._management.list_tokens())

    def current_token(self) -> Access:
        """Return what the client's own token permits."""
        return self._send(self._management.current_token())

    def revoke_token(self, id: str) -> None:
        """Take a token's permission away, at once."""
        self._send(self._management.revoke_token(id))

    def logs(self, endpoint: str = "", replica: str = "", lines: int = 200) -> tuple[LogLine, ...]:
        """Return the last lines that an endpoint's replicas wrote.

        Args:
            endpoint: which one; the client's own by default.
            replica: only this one's.
            lines: at most so many.
        """
        return self._send(self._management.logs(endpoint, replica, lines))

    def events(self, endpoint: str = "", limit: int = 100) -> tuple[EndpointEvent, ...]:
        """Return the newest events of an endpoint."""
        return self._send(self._management.events(endpoint, limit))

    def metrics(self, endpoint: str = "") -> dict[str, Any]:
        """Return an endpoint's figures over time, as the gateway gives them."""
        return self._send(self._management.metrics(endpoint))

    def openapi(self, endpoint: str = "") -> dict[str, Any]:
        """Return what an endpoint's service can be asked, as an OpenAPI document."""
        return self._send(self._management.openapi(endpoint))

    def infer(
        self,
        inputs: dict[str, Any],
        endpoint: str = "",
        path: str = "infer",
        deadline_seconds: float | None = None,
    ) -> Output:
        """Call a service and return its answer: a JSON value, or bytes if it is no JSON.

        Args:
            inputs: the arguments of its method, by name.
            endpoint: which one; the client's own by default.
            path: the method's path below the endpoint.
            deadline_seconds: how long it may take, waiting for a replica included; then it is
                `DeadlineExceeded`. None is for ever.
        """
        call = self._management.infer(inputs, endpoint, path, deadline_seconds)
        return self._send(call)

    def infer_async(
        self,
        inputs: dict[str, Any],
        endpoint: str = "",
        path: str = "infer",
        idempotency_key: str = "",
    ) -> ServedJob:
        """Hand a call in and return at once; `job` tells how it stands.

        Args:
            inputs: the arguments of its method, by name.
            endpoint: which one; the client's own by default.
            path: the method's path below the endpoint.
            idempotency_key: the same key with the same inputs is the same job.
        """
        return self._send(self._management.infer_async(inputs, endpoint, path, idempotency_key))

    def job(self, id: str) -> ServedJob:
        """Return how a job stands; raises the error that it failed with."""
        return self._send(self._management.job(id))

    def job_response(self, id: str) -> Output:
        """Return a completed job's answer, as `infer` would have."""
        return self._send(self._management.job_response(id))

    def cancel_job(self, id: str) -> None:
        """Stop a job; one that has ended stays as it is."""
        self._send(self._management.cancel_job(id))

    def follow_logs(
        self, endpoint: str = "", replica: str = "", lines: int = 200
    ) -> Generator[LogLine]:
        """Yield the last lines that an endpoint's replicas wrote, then each new one."""
        for event in self._stream(self._management.logs(endpoint, replica, lines, follow=True)):
            yield told.log_line(event)

    def follow_events(self, endpoint: str = "", limit: int = 100) -> Generator[EndpointEvent]:
        """Yield the newest events of an endpoint, then each new one."""
        for event in self._stream(self._management.events(endpoint, limit, follow=True)):
            yield told.event(event)

    def infer_stream(
        self, inputs: dict[str, Any], endpoint: str = "", path: str = "infer"
    ) -> Generator[Output]:
        """Call a service and yield its answer piece by piece."""
        return self._stream(self._management.infer_stream(inputs, endpoint, path))
