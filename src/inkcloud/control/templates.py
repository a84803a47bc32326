"""The templates: ready-made services, from which people make endpoints of their own."""

from collections.abc import Iterable
from typing import Any

from inkcloud.domain.endpoint import CHANGEABLE, Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.domain.template import Template

_MODEL = "INKCLOUD_MODEL"


class Templates:
    """Looks templates up and makes endpoints from them.

    Args:
        templates: those that there are, in the order to show them in.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._templates = {template.name: template for template in templates}

    def all(self) -> list[Template]:
        """Return every template."""
        return list(self._templates.values())

    def get(self, name: str) -> Template:
        """Return a template.

        Raises:
            NotFound: if there is none of that name.
        """
        if name not in self._templates:
            raise NotFound(
                "There is no template of that name.",
                field="template",
                value=name,
                allowed="one of " + ", ".join(self._templates),
            )
        return self._templates[name]

    def endpoint(
        self, template: str, name: str, /, *, model: str | None = None, **values: Any
    ) -> Endpoint:
        """Return a new endpoint made from a template; nothing is started by that.

        Args:
            template: the template's name.
            name: the endpoint's name.
            model: the model that its replicas load, in place of the template's.
            values: the endpoint's other fields; its environment adds to the template's.

        Raises:
            NotFound: if there is no template of that name.
            InvalidRequest: if a field's value is not allowed.
        """
        found = self.get(template)
        for field, value in values.items():
            if field not in CHANGEABLE:  # least of all the service, which is the template's
                raise InvalidRequest(
                    "This field of an endpoint is not for its creator to choose.",
                    field=field,
                    value=value,
                    allowed="one of " + ", ".join(CHANGEABLE),
                )
        environment = values.pop("environment", {})
        if isinstance(environment, dict):  # anything else is refused by the endpoint
            chosen = {} if model is None else {_MODEL: model}
            environment = found.environment | chosen | environment
        defaults: dict[str, Any] = {
            "service": found.service,
            "display_name": found.title,
            "description": found.description,
            "concurrency_per_replica": found.concurrency_per_replica,
        }
        wanted = defaults | values | {"environment": environment, "template": found.name}
        return Endpoint(name=name, **wanted)
