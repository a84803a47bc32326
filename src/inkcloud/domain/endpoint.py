"""An endpoint: a name under which replicas of one service answer."""

import re
from dataclasses import dataclass, field

from inkcloud.domain.errors import InvalidRequest

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What `inkcloud up` and the console create.

    Attributes:
        name: a DNS label: lower-case letters, digits and inner dashes, at most 63.
        service: the class that its replicas run, as "module:Class".
        public: whether requests need no token.
        replicas: how many replicas run.
        environment: settings that its replicas get, besides a clean environment.
    """

    name: str
    service: str
    public: bool = False
    replicas: int = 1
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            InvalidRequest: if the name cannot be part of an address.
        """
        if not _NAME.fullmatch(self.name):
            raise InvalidRequest(
                "The endpoint's name cannot be part of an address.",
                field="name",
                value=self.name,
                allowed="1 to 63 lower-case letters, digits and dashes, no dash at either end",
            )
