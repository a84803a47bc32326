"""A template: a ready-made service; cloning it gives an endpoint of one's own."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Template:
    """What people choose from before they create an endpoint.

    Attributes:
        name: stable, for commands and addresses, for example "text-to-image".
        title: for people, for example "Text2Image Generation".
        description: one or two sentences for people.
        service: the class that the endpoint's replicas run, as "module:Class".
        environment: the endpoint's settings unless its creator says otherwise.
        concurrency_per_replica: what suits this service.
        example: a request's body that works, for the console's form and snippets.
    """

    name: str
    title: str
    description: str
    service: str
    environment: dict[str, str] = field(default_factory=dict)
    concurrency_per_replica: int = 8
    example: dict[str, object] = field(default_factory=dict)
