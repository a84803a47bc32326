"""Endpoints as the native API shows them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReplicaView(BaseModel):
    """One replica."""

    name: str
    phase: str = Field(description="starting, ready, unresponsive, restarting, failed, draining.")
    restarts: int
    reason: str = Field(description="Why its latest process ended.")
    since: datetime
    in_flight: int


class EndpointView(BaseModel):
    """One endpoint. Strangers to a public one, and tokens that may only predict, see part."""

    name: str
    url: str
    public: bool
    state: str = Field(description="starting, running, idle, paused or stopped.")
    display_name: str
    description: str
    template: str
    in_flight: int
    waiting: int
    service: str | None = Field(None, description="With the scope read or manage only.")
    code_folder: str | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    timeout_seconds: int | None = None
    concurrency_per_replica: int | None = None
    paused: bool | None = None
    health_check_path: str | None = None
    created: datetime | None = None
    replicas: list[ReplicaView] | None = None
    environment: dict[str, str] | None = Field(
        None, description="With the scope manage only: it may hold secrets."
    )


class EndpointFacts(EndpointView):
    """One endpoint and what its service says of itself; absent until a replica runs."""

    model: str | None = None
    model_hash: str | None = None
    native_size: tuple[int, int] | None = Field(None, description="Width and height in pixels.")
    factor: int | None = Field(None, description="Width and height are multiples of this.")
    schedulers: list[str] | None = None
    prompt_tokens: int | None = Field(None, description="So many tokens of a text are read.")
    limits: dict[str, Any] | None = None

    model_config = ConfigDict(extra="allow")


class Health(BaseModel):
    """Whether requests can be answered now."""

    status: str = Field(description="RUNNING, STARTING or STOPPED: the worst of the endpoints.")
    endpoints: dict[str, str] = Field(description="The state of each endpoint the caller may see.")


class EndpointHealth(BaseModel):
    """Whether one endpoint takes requests now."""

    status: str = Field(description="RUNNING, IDLE, STARTING, PAUSED or STOPPED.")


class LogLineView(BaseModel):
    """One line that a replica wrote."""

    at: datetime
    replica: str
    text: str


class LogList(BaseModel):
    """Lines, oldest first."""

    logs: list[LogLineView]


class EventView(BaseModel):
    """One thing that happened to an endpoint."""

    sequence: int
    endpoint: str
    replica: str
    kind: str
    text: str
    at: datetime


class EventList(BaseModel):
    """Events, oldest first."""

    events: list[EventView]


class TemplateView(BaseModel):
    """A ready-made service."""

    name: str
    title: str
    description: str
    service: str
    environment: dict[str, str]
    concurrency_per_replica: int
    example: dict[str, Any]


class TemplateList(BaseModel):
    """The templates, in the order to show them in."""

    templates: list[TemplateView]


class Point(BaseModel):
    """An endpoint's figures at one moment, and its requests since the moment before."""

    at: datetime
    requests: int
    faults: int = Field(description="Requests that were answered with 500 or more.")
    seconds_median: float | None
    seconds_p95: float | None
    in_flight: int
    waiting: int
    replicas: int = Field(description="Replicas that are ready.")
    memory_bytes: int
    batch_rows: float | None = Field(description="Mean rows in a call of the model.")
    step_seconds: float | None = Field(description="Mean seconds of a call of the model.")


class EndpointSeries(BaseModel):
    """An endpoint's recent past, oldest first."""

    interval_seconds: float
    points: list[Point]
