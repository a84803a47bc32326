"""Errors on the command line: one or two plain lines on standard error, never a traceback."""

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from inkcloud.domain.errors import (
    Cancelled,
    CheckpointError,
    Conflict,
    InkcloudError,
    InvalidRequest,
    NotFound,
)

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130

_OPTIONS = {
    "num_inference_steps": "--steps",
    "num_images": "--images",
    "prompt": "PROMPT",
    "module:Class": "module:Class",
    "DIR": "DIR",
    "picture": "PICTURE",
    "id": "ID",
    "path": "PATH",
    "name": "NAME",
    "base_url": "--url",
    "timeout_seconds": "--timeout",
    "expires_seconds": "--expires",
    "environment": "--env",
    "scopes": "--scope",
}
_MENDABLE = (InvalidRequest, CheckpointError, Conflict, NotFound)
_USAGE = (InvalidRequest,)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def plain_errors(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a command end with a plain message and an exit code instead of an exception.

    Exit codes: 2 for what the caller can mend, 130 for Ctrl-C, 1 for everything else. With
    INKCLOUD_DEBUG=1 an unexpected exception shows its traceback too.
    """
    return _ending_plainly(command, _MENDABLE)


def remote_errors(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Do as `plain_errors` for a command that asks a gateway: exit code 2 is for usage only.

    What the gateway does not have, or cannot do now, is exit code 1.
    """
    return _ending_plainly(command, _USAGE)


def _ending_plainly(
    command: Callable[Parameters, Result], bad_input: tuple[type[InkcloudError], ...]
) -> Callable[Parameters, Result]:
    @functools.wraps(command)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BaseException as error:
            if not isinstance(error, Exception | KeyboardInterrupt):
                raise
            raise typer.Exit(complain(error, bad_input)) from None

    return wrapped


def complain(error: BaseException, bad_input: tuple[type[InkcloudError], ...] = _MENDABLE) -> int:
    """Print an error for a person and return the exit code that fits it.

    Args:
        error: what happened.
        bad_input: the kinds that the caller can mend by other words on the command line.
    """
    if isinstance(error, KeyboardInterrupt | Cancelled):
        _say("inkcloud: stopped; nothing was written.")
        return INTERRUPTED
    if isinstance(error, InkcloudError):
        _say(describe(error))
        return BAD_INPUT if isinstance(error, bad_input) else FAILED
    if os.environ.get("INKCLOUD_DEBUG") == "1":
        traceback.print_exception(error)
    _say(f"inkcloud: an unexpected error, {type(error).__name__}: {_one_line(str(error))}")
    _say("INKCLOUD_DEBUG=1 shows where it comes from.")
    return FAILED


def describe(error: InkcloudError) -> str:
    """Return an error as one line, or two when it names the option and what is allowed."""
    facts = error.as_dict()
    lines = [f"inkcloud: {_one_line(error.message)}"]
    second = []
    if error.field is not None:
        option = _option(error.field)
        given = "is missing" if error.value is None else f"was {_show(facts['value'])}"
        second.append(f"{option} {given}")
    if error.allowed is not None:
        second.append(f"allowed: {_one_line(error.allowed)}")
    if second:
        lines.append("; ".join(second) + ".")
    return "\n".join(lines)


def _option(field: str) -> str:
    if field.startswith("-"):
        return field
    return _OPTIONS.get(field, "--" + field.replace("_", "-"))


def _show(value: object) -> str:
    return ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
