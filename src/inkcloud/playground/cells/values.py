"""Reads an axis's values as a person types them: lists, ranges, words, lines."""

import csv
import re
from collections.abc import Iterable
from decimal import Decimal

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.limits import MAXIMUM_SEED
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.parameters import LIMITS

MOST_VALUES = 100
_NUMBER = r"\d{1,20}(?:\.\d{1,10})?"
_RANGE = re.compile(
    rf"({_NUMBER})\s*-\s*({_NUMBER})"
    rf"(?:\s*\(\s*([+-]?\s*{_NUMBER})\s*\)|\s*\[\s*(\d{{1,4}})\s*\])?",
    re.ASCII,
)
_SINGLE = re.compile(_NUMBER, re.ASCII)
_BOUNDS: dict[AxisKind, tuple[int, int]] = {
    AxisKind.STEPS: LIMITS.steps,
    AxisKind.GUIDANCE: (int(LIMITS.guidance_scale[0]), int(LIMITS.guidance_scale[1])),
    AxisKind.SEED: (0, MAXIMUM_SEED),
}


def read_values(kind: AxisKind, text: str) -> tuple[str, ...]:
    """Return the values that a text means, each once, in the form that `Axis` keeps.

    Numbers are lists of values and ranges: "5, 10, 20", "5-30 (+5)", "30-5 (-5)" and, for a
    number of values spread evenly, "5-30 [6]". Words are a list with commas; quotes keep commas
    inside. Prompts and negative prompts are one a line; an empty line is an empty negative
    prompt if it stands between others.

    Raises:
        InvalidRequest: names the value that is not allowed, and what is.
    """
    if kind in _BOUNDS:
        found = [value for part in text.split(",") for value in _numbers(kind, part)]
    elif kind in {AxisKind.PROMPT, AxisKind.NEGATIVE}:
        found = [line.strip() for line in text.strip("\n").split("\n")]
    else:
        found = _words(text)
    values = tuple(dict.fromkeys(found))
    if kind is AxisKind.SCHEDULER:
        values = tuple(SamplerName.parse(value).value for value in values)
    return checked_values(kind, values)


def checked_values(kind: AxisKind, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return values if an axis of this kind can have them.

    Raises:
        InvalidRequest: names the value that is not allowed, and what is.
    """
    if not values or not any(value.strip() for value in values):
        raise InvalidRequest(
            f"The axis {kind.label} has no values.",
            field=kind.field,
            value="",
            allowed=f"1 to {MOST_VALUES} values",
        )
    _check_count(kind, len(values))
    for value in values:
        if kind in _BOUNDS:
            _check_bounds(kind, _decimal(kind, value), value)
        elif kind is AxisKind.SCHEDULER:
            SamplerName.parse(value)
        elif kind is not AxisKind.NEGATIVE and not value.strip():
            raise InvalidRequest(
                f"A value of the axis {kind.label} is empty.",
                field=kind.field,
                value=value,
                allowed="a text in each place",
            )
    return values


def values_text(kind: AxisKind, values: Iterable[str]) -> str:
    """Return the text that `read_values` reads as these values."""
    if kind in {AxisKind.PROMPT, AxisKind.NEGATIVE}:
        return "\n".join(values)
    if kind is AxisKind.WORDS:
        return ", ".join(_quoted(value) for value in values)
    return ", ".join(values)


def _words(text: str) -> list[str]:
    line = text.replace("\n", " ")
    return [value.strip() for value in next(csv.reader([line], skipinitialspace=True), [])]


def _quoted(word: str) -> str:
    doubled = word.replace('"', '""')
    return f'"{doubled}"' if "," in word or '"' in word else word


def _numbers(kind: AxisKind, part: str) -> list[str]:
    part = part.strip()
    if _SINGLE.fullmatch(part):
        return [_plain(kind, _check_bounds(kind, Decimal(part), part), part)]
    found = _RANGE.fullmatch(part)
    if found is None:
        raise _bad(kind, part)
    first, last = (_check_bounds(kind, Decimal(found[i]), part) for i in (1, 2))
    if found[4] is not None:
        values = _spread(first, last, int(found[4]), part, kind)
    else:
        values = _stepped(first, last, found[3], part, kind)
    return [_plain(kind, value, part) for value in values]


def _stepped(
    first: Decimal, last: Decimal, step_text: str | None, part: str, kind: AxisKind
) -> list[Decimal]:
    down = last < first
    step = Decimal((step_text or ("-1" if down else "1")).replace(" ", ""))
    if step == 0 or ((step < 0) != down and first != last):
        towards = "-" if down else "+"
        raise InvalidRequest(
            f"The step of the range {part} does not lead from its first value to its last.",
            field=kind.field,
            value=part,
            allowed=f"a step such as {first}-{last} ({towards}5)",
        )
    count = int((last - first) / step) + 1
    _check_count(kind, count)
    return [first + step * i for i in range(count)]


def _spread(first: Decimal, last: Decimal, count: int, part: str, kind: AxisKind) -> list[Decimal]:
    _check_count(kind, count)
    if count < 2:
        raise InvalidRequest(
            f"The range {part} asks for too few values.",
            field=kind.field,
            value=part,
            allowed=f"[2] to [{MOST_VALUES}]",
        )
    values = [first + (last - first) * i / (count - 1) for i in range(count)]
    return values if kind is AxisKind.GUIDANCE else [round(value, 0) for value in values]


def _plain(kind: AxisKind, value: Decimal, part: str) -> str:
    if kind is AxisKind.GUIDANCE:
        return f"{round(value, 4):f}".rstrip("0").rstrip(".") if value % 1 else f"{int(value)}"
    if value % 1:
        raise _bad(kind, part)
    return str(int(value))


def _decimal(kind: AxisKind, text: str) -> Decimal:
    if not _SINGLE.fullmatch(text) or (kind is not AxisKind.GUIDANCE and "." in text):
        raise _bad(kind, text)
    return Decimal(text)


def _check_bounds(kind: AxisKind, value: Decimal, part: str) -> Decimal:
    low, high = _BOUNDS[kind]
    if not low <= value <= high:
        raise _bad(kind, part)
    return value


def _check_count(kind: AxisKind, count: int) -> None:
    if count > MOST_VALUES:
        raise InvalidRequest(
            f"The axis {kind.label} has too many values.",
            field=kind.field,
            value=f"{count} values",
            allowed=f"at most {MOST_VALUES} values",
        )


def _bad(kind: AxisKind, part: str) -> InkcloudError:
    low, high = _BOUNDS[kind]
    whole = "numbers" if kind is AxisKind.GUIDANCE else "whole numbers"
    return InvalidRequest(
        f"A value of the axis {kind.label} is not allowed."
        if part
        else f"The axis {kind.label} has an empty place between its commas.",
        field=kind.field,
        value=part,
        allowed=f"{whole} from {low} to {high} with commas, or ranges such as 5-20 (+5) or "
        "5-20 [4]",
    )
