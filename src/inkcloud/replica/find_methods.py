"""Finds the methods of a service that answer requests, and their paths."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FunctionType
from typing import Any

from inkcloud.replica.arguments import Arguments
from inkcloud.replica.form import Form
from inkcloud.replica.method import Method, is_series
from inkcloud.replica.octoai_names import is_base, is_octoai
from inkcloud.replica.output import Output
from inkcloud.replica.signature import EMPTY, read_signature, require_annotations, wrong
from inkcloud.services.file import File
from inkcloud.services.service import Service

HOOKS = frozenset({"setup", "store_assets", "on_server_startup", "on_server_shutdown"})
OUR_HOOKS = HOOKS | {"shutdown", "facts", "metrics", "progress"}
INFER, FORM, STREAM = "infer", "infer_form_data", "stream"

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_OUR_FOLDER = "/static-offline-docs"


def find_methods(service: object) -> tuple[Method, ...]:
    """Return the methods that answer requests, `infer` first.

    Raises:
        InvalidRequest: if one's annotations or path cannot be used, or if two have the
            same path.
    """
    kind = type(service)
    octoai = is_octoai(kind)
    hooks = HOOKS if octoai else OUR_HOOKS
    names = [name for name in _public_names(kind) if name not in hooks]
    methods = [_method(service, name, octoai=octoai) for name in sorted(names, key=_infer_first)]
    _check_paths(methods)
    return tuple(_with_stream(method, methods) for method in methods)


def overrides(service: object, name: str) -> bool:
    """Return whether a service's class has a method of its own of that name."""
    for kind in type(service).__mro__:
        if name in vars(kind):
            return not is_base(kind)
    return False


def _public_names(kind: type) -> Iterator[str]:
    """Yield the names of methods in the order in which they are written.

    A class that extends a Service shows what it and other Services add to it, OctoAI's the
    other bases too. A class that extends none shows its own methods only: its bases were
    not written as services.
    """
    shown = kind.__mro__[:1]
    if is_octoai(kind):
        shown = kind.__mro__
    elif issubclass(kind, Service):
        shown = tuple(base for base in kind.__mro__ if issubclass(base, Service))
    found: dict[str, None] = {}
    for base in reversed(shown):
        if not is_base(base):
            found |= {
                name: None
                for name, value in vars(base).items()
                if isinstance(value, FunctionType | classmethod) and not name.startswith("_")
            }
    inherited = [name for name in (INFER, FORM) if callable(getattr(kind, name, None))]
    for name in inherited:
        if any(name in vars(base) and not is_base(base) for base in kind.__mro__):
            found.setdefault(name)
    yield from found


def _infer_first(name: str) -> bool:
    return name != INFER


def _method(service: object, name: str, *, octoai: bool) -> Method:
    function = getattr(service, name)
    shown = f"{type(service).__name__}.{name}"
    signature = read_signature(function, shown)
    if octoai:
        require_annotations(signature, shown)
    if name == FORM:
        inputs: Arguments | Form = Form(signature, shown)
    else:
        if any(_is_form_file(each.annotation) for each in signature.parameters.values()):
            raise wrong(f"{shown} takes a File, which only {FORM} does.", shown, "Media, Image")
        inputs = Arguments(function, signature, name=shown, title=_title(name), lenient=octoai)
    ours = not octoai and (isinstance(service, Service) or is_series(function))
    return Method(
        name=name,
        paths=_paths(function, name, shown, octoai=octoai),
        function=function,
        inputs=inputs,
        output=Output(signature, name=shown, strict=octoai),
        always_streams=name == STREAM and ours,
    )


def _is_form_file(annotation: object) -> bool:
    if annotation is EMPTY or not isinstance(annotation, type):
        return False
    theirs = any((b.__module__, b.__name__) == ("octoai.types", "File") for b in annotation.__mro__)
    return theirs or issubclass(annotation, File)


def _paths(function: Callable[..., Any], name: str, shown: str, *, octoai: bool) -> tuple[str, ...]:
    chosen = getattr(function, "__path__", None)
    if chosen is not None and not (isinstance(chosen, str) and _PATH.fullmatch(chosen)):
        raise wrong(f"The path {chosen!r} of {shown} is not allowed.", shown, 'such as "/caption"')
    if name == INFER:
        return ("/infer",) if chosen in (None, "/infer") else ("/infer", chosen)
    if name == FORM and chosen is None and octoai:
        raise wrong(f"{shown} has no path.", shown, '@path("/...") above it')
    return (chosen or "/" + name.replace("_", "-"),)


def _check_paths(methods: list[Method]) -> None:
    taken: dict[str, str] = {}
    for method in methods:
        for path in method.paths:
            if path in taken or path.startswith(_OUR_FOLDER):
                other = taken.get(path, "the documentation's files")
                raise wrong(f"{method.name} and {other} have the same path.", path)
            taken[path] = method.name


def _with_stream(method: Method, methods: list[Method]) -> Method:
    if method.name != INFER or method.streams:
        return method
    streams = (each for each in methods if each.always_streams)
    return replace(method, streamed_by=next(streams, None))


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_")) + "Input"
