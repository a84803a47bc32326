"""What one number, word or list of a component's configuration may be."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inkcloud.domain.errors import CheckpointError

REFUSED = ("auto_map", "quantization_config")
"""Settings that would fetch or run other code."""


@dataclass(frozen=True)
class Rule:
    """A test of one value, and how to say it to a person.

    Attributes:
        allowed: what is accepted, in words.
        accepts: whether a value is.
    """

    allowed: str
    accepts: Callable[[Any], bool]

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(
            f"{self.allowed} or {other.allowed}",
            lambda value: self.accepts(value) or other.accepts(value),
        )


def whole(low: int, high: int) -> Rule:
    """Accept a whole number between two, both included."""
    return Rule(
        f"a whole number from {low} to {high}",
        lambda value: type(value) is int and low <= value <= high,
    )


def number(low: float, high: float) -> Rule:
    """Accept a finite number between two, both included."""
    return Rule(
        f"a number from {low:g} to {high:g}",
        lambda value: type(value) in (int, float) and math.isfinite(value) and low <= value <= high,
    )


def choice(*options: Any) -> Rule:
    """Accept one of a few values, of the same type."""
    return Rule(
        "one of " + ", ".join(map(repr, options)) if len(options) > 1 else repr(options[0]),
        lambda value: any(type(value) is type(option) and value == option for option in options),
    )


def each(rule: Rule, most: int = 8) -> Rule:
    """Accept a list of at least one value that each keep a rule."""
    return Rule(
        f"a list of 1 to {most} of {rule.allowed}",
        lambda value: (
            isinstance(value, list) and 1 <= len(value) <= most and all(map(rule.accepts, value))
        ),
    )


FLAG = choice(True, False)
NONE = choice(None)


def check_config(
    config: Mapping[str, Any], rules: Mapping[str, Rule], required: tuple[str, ...], shown: str
) -> dict[str, Any]:
    """Return the settings that have a rule; the others mean nothing to the class.

    Args:
        config: what the file holds.
        rules: for each setting what it may be.
        required: settings that must be there; the others have the class's defaults.
        shown: the file's name as the model's owner knows it.

    Raises:
        CheckpointError: if a setting is missing, not allowed or unsafe.
    """
    for name in REFUSED:
        if config.get(name) is not None:
            raise CheckpointError(
                f"{shown} asks for {name}, which is not supported.",
                field=f"{shown}: {name}",
                allowed="a plain configuration without it",
            )
    for name in required:
        if name not in config:
            raise CheckpointError(
                f"{shown} does not say {name}.",
                field=f"{shown}: {name}",
                allowed=rules[name].allowed,
            )
    for name, rule in rules.items():
        if name in config and not rule.accepts(config[name]):
            raise CheckpointError(
                f"{shown} gives {name} a value that is not supported.",
                field=f"{shown}: {name}",
                value=config[name],
                allowed=rule.allowed,
            )
    return {name: config[name] for name in rules if name in config}
