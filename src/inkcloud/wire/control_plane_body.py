"""The descriptions of the control plane's bodies; `control_plane` reads them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.endpoint import CONCURRENCY, REPLICAS, TEXT_LENGTH, TIMEOUT_SECONDS
from inkcloud.wire import control_plane

_IMAGE_URL = "template:NAME or inkcloud/NAME; containers are not run."


def _complete(schema: dict[str, Any]) -> None:
    """Add the fields that must be left out."""
    for name, why in control_plane.UNSUPPORTED.items():
        schema["properties"][name] = {"description": why}


class EndpointUpdate(BaseModel):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_complete)

    image_url: str | None = Field(None, description="Only the present one.")
    display_name: str | None = Field(None, max_length=TEXT_LENGTH)
    description: str | None = Field(None, max_length=TEXT_LENGTH)
    min_replicas: int | None = Field(None, ge=REPLICAS[0], le=REPLICAS[1])
    max_replicas: int | None = Field(None, ge=1, le=REPLICAS[1])
    scale_to_zero: int | None = Field(
        None,
        ge=TIMEOUT_SECONDS[0],
        le=TIMEOUT_SECONDS[1],
        description="A replica without requests for so many seconds stops.",
    )
    concurrency_per_replica: int | None = Field(None, ge=CONCURRENCY[0], le=CONCURRENCY[1])
    health_check_path: str | None = None
    visibility: Literal["private", "public"] | None = None
    endpoint_state: Literal["active", "disabled"] | None = None
    env_overrides: dict[str, str | float | bool] | None = Field(
        None, description="In place of all settings; some names need the scope deploy-code."
    )
    instance_type: Literal["local"] | None = None


class EndpointCreate(EndpointUpdate):
    """A new endpoint."""

    name: str = Field(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    image_url: str = Field(description=_IMAGE_URL, examples=["template:text-to-image"])
    port: int | None = Field(
        None, ge=1, le=65535, description="Has no effect: a replica takes any free port."
    )
