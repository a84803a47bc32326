"""Bodies that create and change endpoints."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.endpoint import (
    CHANGEABLE,
    CONCURRENCY,
    DEFAULT_MAX_REPLICAS,
    DEFAULT_TIMEOUT_SECONDS,
    ENVIRONMENT_ENTRIES,
    ENVIRONMENT_VALUE_LENGTH,
    REPLICAS,
    TEXT_LENGTH,
    TIMEOUT_SECONDS,
)
from inkcloud.domain.errors import InvalidRequest

MODEL_LENGTH = ENVIRONMENT_VALUE_LENGTH
MODEL_VARIABLE = "INKCLOUD_MODEL"
_CODE = ("service", "code_folder")
_CREATING = ("name", "template", *_CODE, "model", *CHANGEABLE)
_CHANGING = ("model", *CHANGEABLE)


class EndpointChanges(BaseModel):
    """What to change; what is absent stays. `decode_changes` reads it."""

    model_config = ConfigDict(extra="forbid")

    display_name: str = Field("", max_length=TEXT_LENGTH)
    description: str = Field("", max_length=TEXT_LENGTH)
    public: bool = False
    min_replicas: int = Field(0, ge=REPLICAS[0], le=REPLICAS[1])
    max_replicas: int = Field(DEFAULT_MAX_REPLICAS, ge=1, le=REPLICAS[1])
    timeout_seconds: int = Field(
        DEFAULT_TIMEOUT_SECONDS,
        ge=TIMEOUT_SECONDS[0],
        le=TIMEOUT_SECONDS[1],
        description="A replica without requests for so long stops.",
    )
    concurrency_per_replica: int = Field(
        8, ge=CONCURRENCY[0], le=CONCURRENCY[1], description="More requests wait."
    )
    paused: bool = False
    environment: dict[str, str] = Field(
        default_factory=dict,
        max_length=ENVIRONMENT_ENTRIES,
        description="Settings of its replicas, in place of all they had. Names other than "
        "INKCLOUD_MODEL, INKCLOUD_DTYPE, INKCLOUD_PREDICTION, OMP_NUM_THREADS, MKL_NUM_THREADS, TZ "
        "and APP_... need the scope deploy-code.",
    )
    health_check_path: str = "/healthcheck"
    model: str = Field(
        "inkling", max_length=MODEL_LENGTH, description="Sets INKCLOUD_MODEL in the environment."
    )


class EndpointBody(EndpointChanges):
    """A new endpoint, from a template or, with the scope deploy-code, from code."""

    name: str = Field(
        pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="Lower-case letters, digits and inner dashes.",
    )
    template: str = Field("", description="A template's name. Either this or `service` is needed.")
    service: str = Field("", description="module:Class")
    code_folder: str = Field("", description="The folder on the server that holds the module.")


@dataclass(frozen=True, kw_only=True)
class NewEndpoint:
    """What a caller wants made.

    Attributes:
        name: the endpoint's name.
        template: the template's name, or "".
        service: "module:Class", or "".
        code_folder: where the module lies, or "".
        model: the model's name or folder; None is the template's.
        values: the endpoint's other fields, not yet checked.
    """

    name: str
    template: str = ""
    service: str = ""
    code_folder: str = ""
    model: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def decode_new(body: dict[str, Any]) -> NewEndpoint:
    """Read a body that creates an endpoint; `Endpoint` checks the values.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    _refuse_unknown(body, _CREATING)
    if "name" not in body:
        raise InvalidRequest(
            "The endpoint's name is missing.", field="name", allowed="a name such as my-endpoint"
        )
    texts = {name: _text(name, body[name]) for name in ("name", "template", *_CODE) if name in body}
    from_template, from_code = bool(texts.get("template")), bool(texts.get("service"))
    if from_template == from_code:
        raise InvalidRequest(
            "An endpoint is made either from a template or from a service.",
            field="template",
            value=body.get("template"),
            allowed="a template's name (see /templates), or none with `service`, but not both",
        )
    if from_template and texts.get("code_folder"):
        raise InvalidRequest(
            "A template brings its own code.",
            field="code_folder",
            value=body["code_folder"],
            allowed="nothing, with a template",
        )
    model = _text("model", body["model"]) if "model" in body else None
    return NewEndpoint(
        **texts, model=model, values={name: body[name] for name in CHANGEABLE if name in body}
    )


def decode_changes(body: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """Read a body that changes an endpoint; `Endpoint.changed` checks the values.

    Args:
        body: what to change.
        environment: the endpoint's present one, in which `model` sets its variable.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    _refuse_unknown(body, _CHANGING)
    values = dict(body)
    if "model" in values:
        model = _text("model", values.pop("model"))
        wanted = values.get("environment", environment)
        if isinstance(wanted, dict):  # anything else is refused by the endpoint
            values["environment"] = wanted | {MODEL_VARIABLE: model}
    return values


def _refuse_unknown(body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name, value in body.items():
        if name not in known:
            raise InvalidRequest(
                "There is no such field.",
                field=name,
                value=value,
                allowed="any of " + ", ".join(known),
            )


def _text(field: str, value: object) -> str:
    if isinstance(value, str) and len(value) <= MODEL_LENGTH and value.isprintable():
        return value
    raise InvalidRequest(
        f"The endpoint's {field} is not allowed.",
        field=field,
        value=value,
        allowed=f"a text of at most {MODEL_LENGTH} printable characters",
    )


def with_model(wanted: NewEndpoint) -> dict[str, Any]:
    """Return the values of an endpoint made from code, its model in the environment."""
    environment = wanted.values.get("environment", {})
    if wanted.model is None or not isinstance(environment, dict):
        return wanted.values
    return wanted.values | {"environment": environment | {MODEL_VARIABLE: wanted.model}}
