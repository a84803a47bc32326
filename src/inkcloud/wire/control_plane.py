"""OctoAI's control plane under `/v1`: endpoints, their logs and events, and what we lack."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.endpoint_event import EndpointEvent
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.log_line import LogLine
from inkcloud.domain.replica_status import ReplicaPhase, ReplicaStatus
from inkcloud.wire import unsupported, values
from inkcloud.wire.error_text import paragraph

INSTANCE_TYPE = "local"
MOST_LINES = 1000
DEFAULT_LINES = 200
# A local replica takes any free port; clients want to read one, so it is OctoAI's default.
PORT = 8080
ACCOUNT = "local"
DEMO = "stable-diffusion-demo"
NO_ACCOUNT = "There are no accounts: whoever has a token may do what the token permits."
NO_SECRETS = "There is no store of secrets. Give an endpoint its settings as env_overrides."
NO_CREDENTIALS = "There are no container registries, so there are no credentials for them."
NO_CONTAINER = "The endpoint runs without a container."
NO_VOLUME = "The endpoint has no volume."

_TEMPLATE = re.compile(r"(?:template:|inkcloud/)([a-z0-9-]{1,100})(?::latest)?")
_SAME = (
    "display_name",
    "description",
    "health_check_path",
    "min_replicas",
    "max_replicas",
    "concurrency_per_replica",
)
_RENAMED = {"scale_to_zero": "timeout_seconds", "env_overrides": "environment"}
_WORDS = {
    "visibility": ("public", {"public": True, "private": False}),
    "endpoint_state": ("paused", {"disabled": True, "active": False}),
}
UNSUPPORTED = {
    "container_secrets": NO_SECRETS,
    "registry_credential": NO_CREDENTIALS,
    "volumes_experimental": NO_VOLUME,
    "auto_volume_experimental": NO_VOLUME,
}
UPDATABLE = (*_SAME, *_RENAMED, *_WORDS, *UNSUPPORTED, "image_url", "instance_type")
_CREATABLE = (*UPDATABLE, "name", "port")
_STATUS = {
    ReplicaPhase.STARTING: "pending",
    ReplicaPhase.RESTARTING: "pending",
    ReplicaPhase.READY: "running",
    ReplicaPhase.DRAINING: "running",
    ReplicaPhase.UNRESPONSIVE: "unknown",
    ReplicaPhase.FAILED: "failed",
    ReplicaPhase.STOPPED: "succeeded",
}


@dataclass(frozen=True)
class NewEndpoint:
    """What a caller wants to create.

    Attributes:
        name: the endpoint's name.
        template: the template to make it from.
        values: its other fields, under our names.
    """

    name: str
    template: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Window:
    """Which lines a caller wants to see.

    Attributes:
        begin: only lines from then on.
        end: only lines up to then.
        most: at most so many, the newest.
        replica: only this replica's lines.
    """

    begin: datetime | None
    end: datetime | None
    most: int
    replica: str | None

    def holds(self, at: datetime, replica: str) -> bool:
        """Say whether a line of that time and that replica is wanted."""
        before = self.begin is not None and at < self.begin
        after = self.end is not None and at > self.end
        return not before and not after and self.replica in {None, replica}


def decode_new(body: dict[str, Any]) -> NewEndpoint:
    """Read what to create.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    unsupported.refuse_unknown(body, _CREATABLE)
    for field in ("name", "image_url"):
        if not isinstance(body.get(field), str):
            raise InvalidRequest(
                f"The {field} is missing.", field=field, value=body.get(field), allowed="a text"
            )
    values.whole(body, "port", PORT, (1, 65535))
    return NewEndpoint(body["name"], template_in(body["image_url"]), _values(body))


def decode_change(body: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Read what to change, under our names.

    Raises:
        InvalidRequest: names the field as the caller wrote it.
    """
    unsupported.refuse_unknown(body, UPDATABLE)
    url = body.get("image_url")
    if url is not None and url != image_url(endpoint) and template_in(url) != endpoint.template:
        raise InvalidRequest(
            "An endpoint's template cannot be changed. Create another endpoint.",
            field="image_url",
            value=url,
            allowed=image_url(endpoint),
        )
    return _values(body)


def template_in(url: object) -> str:
    """Return the template that an `image_url` names.

    Raises:
        InvalidRequest: for any other address: containers are not run.
    """
    match = _TEMPLATE.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise InvalidRequest(
            "Containers are not run here; an endpoint is made from a template.",
            field="image_url",
            value=url,
            allowed="template:NAME or inkcloud/NAME; `inkcloud templates list` shows the names",
        )
    return match[1]


def image_url(endpoint: Endpoint) -> str:
    """Return what stands in the place of a container image's address."""
    if endpoint.template:
        return f"template:{endpoint.template}"
    return f"python:{endpoint.service}"


def encode(endpoint: Endpoint, url: str, replicas: Sequence[ReplicaStatus]) -> dict[str, Any]:
    """Return an endpoint as it stands.

    Args:
        endpoint: the endpoint.
        url: its address, without a slash at the end.
        replicas: how its replicas stand.
    """
    return {
        **encode_hosted(endpoint, url),
        "min_replicas": endpoint.min_replicas,
        "max_replicas": endpoint.max_replicas,
        "scale_to_zero": endpoint.timeout_seconds,
        "concurrency_per_replica": endpoint.concurrency_per_replica,
        "visibility": "public" if endpoint.public else "private",
        "endpoint_state": "disabled" if endpoint.paused else "active",
        "env_overrides": endpoint.environment,
        "container_secrets": [],
        "instance_type": INSTANCE_TYPE,
        "replicas": [encode_replica(endpoint.name, replica) for replica in replicas],
    }


def encode_hosted(endpoint: Endpoint, url: str, name: str | None = None) -> dict[str, Any]:
    """Return what a stranger may know of a public endpoint.

    Args:
        endpoint: the endpoint.
        url: its address, without a slash at the end.
        name: another name for it.
    """
    return {
        "name": name or endpoint.name,
        "display_name": endpoint.display_name,
        "description": endpoint.description,
        "image_url": image_url(endpoint),
        "port": PORT,
        "health_check_path": endpoint.health_check_path,
        "endpoint": url,
    }


def encode_replica(endpoint: str, replica: ReplicaStatus) -> dict[str, Any]:
    """Return how one replica stands; its age counts from when it became ready."""
    ready = replica.phase is ReplicaPhase.READY
    age = int((datetime.now(UTC) - replica.since).total_seconds()) if ready else -1
    return {
        "account_key": ACCOUNT,
        "endpoint_name": endpoint,
        "replica_id": replica.name,
        "status": _STATUS[replica.phase],
        "restarts": replica.restarts,
        "age": age,
    }


def encode_line(line: LogLine) -> dict[str, Any]:
    """Return one line of a log."""
    return {"timestamp": line.at.isoformat(), "replica_id": line.replica, "data": line.text}


def encode_event(event: EndpointEvent) -> dict[str, Any]:
    """Return one event of an endpoint or a replica."""
    return {
        "timestamp": event.at.isoformat(),
        "replica_id": event.replica,
        "event": {
            "level": "normal",
            "type": event.kind,
            "endpoint": event.endpoint,
            "details": {"text": event.text},
        },
    }


def encode_instance(processors: int, memory_bytes: int) -> dict[str, Any]:
    """Return this machine as the only type of instance."""
    return {
        "instance_name": INSTANCE_TYPE,
        "display_name": "This machine",
        "vcpu": processors,
        "ram": round(memory_bytes / 2**30),
        "vram": 0,
        "accelerator": "none",
        "available": True,
        "price": 0.0,
    }


def decode_window(query: dict[str, str]) -> Window:
    """Read which lines a caller wants to see.

    Raises:
        InvalidRequest: names the parameter.
    """
    lines = query.get("max_lines", str(DEFAULT_LINES))
    if not (lines.isascii() and lines.isdigit() and 1 <= int(lines[:9]) <= MOST_LINES):
        raise InvalidRequest(
            "The value of max_lines is not allowed.",
            field="max_lines",
            value=lines,
            allowed=f"a whole number from 1 to {MOST_LINES}",
        )
    return Window(
        begin=_time(query, "begin_time"),
        end=_time(query, "end_time"),
        most=int(lines),
        replica=query.get("replica_id"),
    )


def encode_error(error: InkcloudError) -> dict[str, Any]:
    """Return an error in this API's form."""
    return {"message": paragraph(error), "code": error.code}


def rename(error: InkcloudError) -> InkcloudError:
    """Return an error from deeper down with its field named as this dialect names it."""
    theirs = {ours: name for name, ours in _RENAMED.items()}
    theirs |= {ours: name for name, (ours, _) in _WORDS.items()}
    theirs |= {"template": "image_url"}
    if error.field in theirs:
        error.message = error.message.replace(error.field, theirs[error.field])
        error.field = theirs[error.field]
    return error


def _values(body: dict[str, Any]) -> dict[str, Any]:
    unsupported.refuse(body, UNSUPPORTED)
    values.choice(body, "instance_type", (INSTANCE_TYPE,), INSTANCE_TYPE)
    found = values.present(body, _SAME)
    found |= {_RENAMED[name]: v for name, v in values.present(body, tuple(_RENAMED)).items()}
    if "environment" in found:
        found["environment"] = _environment(found["environment"])
    for field, (ours, words) in _WORDS.items():
        if body.get(field) is not None:
            found[ours] = words[values.choice(body, field, tuple(words), "")]
    return found


def _environment(given: object) -> object:
    """Return settings as texts; what cannot be one is left for the endpoint to refuse."""
    if not isinstance(given, dict):
        return given
    return {name: _setting(value) for name, value in given.items()}


def _setting(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _time(query: dict[str, str], field: str) -> datetime | None:
    text = query.get(field)
    if text is None:
        return None
    try:
        # A plus sign in a query arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise InvalidRequest(
            f"The {field} cannot be read.",
            field=field,
            value=text,
            allowed="a time such as 2030-01-31T12:00:00Z",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
