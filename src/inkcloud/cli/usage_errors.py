"""What the command line's parser refuses, said in our own words."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from inkcloud.cli.errors import BAD_INPUT, FAILED, complain
from inkcloud.domain.errors import Conflict, InvalidRequest

# Typer carries its parser inside; only this one of the parser's errors has a public name.
_UsageError: Any = typer.BadParameter.__bases__[0]

_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


class PlainGroup(TyperGroup):
    """A group of commands whose usage errors are a sentence or two, with exit code 2."""

    def main(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Parse, run, and end the process as the errors of commands do."""
        alone = bool(options.pop("standalone_mode", True))
        options["standalone_mode"] = False
        if not alone:
            return super().main(*args, **options)
        try:
            code = super().main(*args, **options)
        except _UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                error.show()
                sys.exit(BAD_INPUT)
            complain(explain(error))
            _point_to_help(error)
            sys.exit(BAD_INPUT)
        except typer.Abort:
            complain(Conflict("Stopped; nothing was changed. --yes goes on without asking."))
            sys.exit(FAILED)
        sys.exit(code if isinstance(code, int) else 0)


def explain(error: Any) -> InvalidRequest:  # noqa: ANN401
    """Return a parser's error in the form of our own."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return InvalidRequest(_sentence(error.format_message()))
    option = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name.upper()
    details = _details(error)
    if "input" not in details:
        missing = type(error).__name__ == "MissingParameter"
        message = f"{option} is missing." if missing else _sentence(error.message)
        return InvalidRequest(message)
    return InvalidRequest(
        f"The value of {option} is not allowed.",
        field=option if option.startswith("-") else parameter.name,
        value=details["input"],
        allowed=_allowed(parameter, str(details.get("msg", ""))),
    )


def _details(error: Exception) -> dict[str, Any]:
    """Return what pydantic, which reads the values, found; empty if it found nothing."""
    errors = getattr(error.__cause__, "errors", None)
    found: dict[str, Any] = errors()[0] if callable(errors) else {}
    return found


def _allowed(parameter: Any, message: str) -> str:  # noqa: ANN401
    choices = getattr(parameter.type_descriptor, "choices", None)
    if choices:
        return "one of " + ", ".join(str(getattr(each, "value", each)) for each in choices)
    kind = _KINDS.get(parameter.type_descriptor.annotation)
    if kind is None:
        return message.removeprefix("Input should be ") or "another value"
    lowest, highest = parameter.min, parameter.max
    if lowest is None and highest is None:
        return kind
    if highest is None:
        return f"{kind}, at least {lowest}"
    return f"{kind} from {lowest or 0} to {highest}"


def _sentence(text: str) -> str:
    text = text.replace("Got unexpected extra argument(s)", "There is an argument too many:")
    text = text.replace("Got unexpected extra argument", "There is an argument too many:")
    text = text.replace("(", "").replace(")", "") if "too many" in text else text
    return text if text.endswith((".", "?", "!")) else text + "."


def _point_to_help(error: Any) -> None:  # noqa: ANN401
    if error.ctx is not None:
        print(f"See `{error.ctx.command_path} --help`.", file=sys.stderr)
