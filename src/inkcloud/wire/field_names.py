"""A generation request under a dialect's own names for its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.limits import Limits
from inkcloud.wire import samplers


@dataclass(frozen=True)
class FieldNames:
    """How a dialect calls what a generation request calls something else.

    Attributes:
        ours: our name for each field that the dialect names differently.
    """

    ours: Mapping[str, str]

    def decode(self, values: Mapping[str, Any], limits: Limits | None = None) -> GenerationRequest:
        """Read a request, checked, from values under the dialect's names.

        Raises:
            InvalidRequest: names the field as the dialect does.
        """
        renamed = {self.ours.get(name, name): value for name, value in values.items()}
        try:
            if "scheduler" in renamed:
                renamed["scheduler"] = samplers.parse(renamed["scheduler"], field="scheduler")
            return GenerationRequest.from_mapping(renamed).validated(limits or Limits())
        except InvalidRequest as error:
            self.rename(error)
            raise

    def rename(self, error: InkcloudError) -> None:
        """Name an error's field as the dialect does."""
        for theirs, ours in self.ours.items():
            if error.field == ours:
                error.field = theirs
                error.message = error.message.replace(ours, theirs)
                return
