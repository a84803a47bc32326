"""An endpoint: a name under which replicas of one service answer."""

import re
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from inkcloud.domain.errors import InvalidRequest

DEFAULT_MIN_REPLICAS = 0
DEFAULT_MAX_REPLICAS = 3
DEFAULT_TIMEOUT_SECONDS = 300
DEFAULT_CONCURRENCY = 8
REPLICAS = (0, 999)
TIMEOUT_SECONDS = (0, 3600)
CONCURRENCY = (1, 500)
TEXT_LENGTH = 1000
ENVIRONMENT_ENTRIES = 100
ENVIRONMENT_VALUE_LENGTH = 4096

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SERVICE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What `inkcloud up` and the console create.

    Attributes:
        name: a DNS label: lower-case letters, digits and inner dashes, at most 63.
        service: the class that its replicas run, as "module:Class".
        code_folder: the folder that holds the module of a person's own service; "" for ours.
        template: the template that it was made from, or "".
        display_name: a title for people.
        description: a sentence for people.
        public: whether requests need no token.
        min_replicas: so many run even without requests.
        max_replicas: so many run at most.
        timeout_seconds: a replica without requests for so long stops, down to `min_replicas`.
        concurrency_per_replica: requests that one replica works on at once; more wait.
        paused: whether it has no replicas and refuses requests, while accepted jobs wait.
        environment: settings that its replicas get, besides a clean environment.
        health_check_path: where a replica says whether it is ready.
        created: when it was made, UTC.
    """

    name: str
    service: str
    code_folder: str = ""
    template: str = ""
    display_name: str = ""
    description: str = ""
    public: bool = False
    min_replicas: int = DEFAULT_MIN_REPLICAS
    max_replicas: int = DEFAULT_MAX_REPLICAS
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    concurrency_per_replica: int = DEFAULT_CONCURRENCY
    paused: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    health_check_path: str = "/healthcheck"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            InvalidRequest: names the field, its value and what is allowed.
        """
        _check(
            _matches(_NAME, self.name),
            "name",
            self.name,
            "1 to 63 lower-case letters, digits and dashes, no dash at either end",
        )
        _check(_matches(_SERVICE, self.service), "service", self.service, "module:Class")
        _check_text("code_folder", self.code_folder)
        _check_text("template", self.template)
        _check_text("display_name", self.display_name)
        _check_text("description", self.description)
        _check_flag("public", self.public)
        _check_flag("paused", self.paused)
        _check_whole("min_replicas", self.min_replicas, *REPLICAS)
        _check_whole("max_replicas", self.max_replicas, 1, REPLICAS[1])
        _check(
            self.min_replicas <= self.max_replicas,
            "min_replicas",
            self.min_replicas,
            f"at most max_replicas, which is {self.max_replicas}",
        )
        _check_whole("timeout_seconds", self.timeout_seconds, *TIMEOUT_SECONDS)
        _check_whole("concurrency_per_replica", self.concurrency_per_replica, *CONCURRENCY)
        _check_environment(self.environment)
        _check(
            _matches(_PATH, self.health_check_path) and "//" not in self.health_check_path,
            "health_check_path",
            self.health_check_path,
            "a path such as /healthcheck",
        )

    def changed(self, values: dict[str, Any]) -> "Endpoint":
        """Return the endpoint with some fields changed.

        Raises:
            InvalidRequest: for a field that there is not or that cannot change, or its value.
        """
        for name, value in values.items():
            _check(name in CHANGEABLE, name, value, "one of " + ", ".join(CHANGEABLE))
        return replace(self, **values)


CHANGEABLE = tuple(
    each.name
    for each in fields(Endpoint)
    if each.name not in {"name", "service", "code_folder", "template", "created"}
)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _check(right: bool, field: str, value: object, allowed: str) -> None:
    if not right:
        raise InvalidRequest(
            f"The endpoint's {field} is not allowed.", field=field, value=value, allowed=allowed
        )


def _check_text(field: str, value: object) -> None:
    right = isinstance(value, str) and len(value) <= TEXT_LENGTH and _plain(value)
    _check(right, field, value, f"a text of at most {TEXT_LENGTH} printable characters")


def _check_flag(field: str, value: object) -> None:
    _check(isinstance(value, bool), field, value, "true or false")


def _check_whole(field: str, value: object, lowest: int, highest: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    right = whole and isinstance(value, int) and lowest <= value <= highest
    _check(right, field, value, f"a whole number from {lowest} to {highest}")


def _check_environment(values: object) -> None:
    rule = f"at most {ENVIRONMENT_ENTRIES} names with texts, for example"
    rule += ' {"INKCLOUD_MODEL": "inkling"}'
    right = isinstance(values, dict) and len(values) <= ENVIRONMENT_ENTRIES
    _check(right, "environment", values, rule)
    if isinstance(values, dict):
        for name, value in values.items():
            _check(_matches(_VARIABLE, name), "environment", name, "names such as MY_SETTING")
            short = isinstance(value, str) and len(value) <= ENVIRONMENT_VALUE_LENGTH
            _check(short and "\0" not in value, "environment", name, "a text as its value")


def _plain(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)
