"""Find a service's class by its name, "module:Class"."""

import importlib
import inspect

from inkcloud.domain.errors import InvalidRequest
from inkcloud.replica.octoai_names import is_base, offer_octoai
from inkcloud.replica.stored_assets import name_volume

_FORM = "module:Class, for example inkcloud.services.text_to_image:TextToImageService"
_METHODS = ("infer", "infer_form_data", "stream")


def load_service(name: str) -> object:
    """Import a service's class and make an instance, which is not set up yet.

    Any class with an `infer` method is one; it need not extend anything of ours. The
    module may import `octoai.service`, whether OctoAI's package is installed or not.

    Args:
        name: "module:Class".

    Raises:
        InvalidRequest: if there is no such module or class, or the class is no service.
    """
    module_name, colon, class_name = name.partition(":")
    if not (module_name and colon and class_name):
        raise _wrong("The service's name has the wrong form.", name, _FORM)
    offer_octoai()
    name_volume(name)
    module = _import(module_name, name)
    kind = getattr(module, class_name, None)
    if kind is None:
        raise _wrong(
            f"The module {module_name} has no class {class_name}.", name, _services_of(module)
        )
    if not _is_service(kind):
        raise _wrong(
            f"{class_name} is not a Service: it has no infer method.", name, _services_of(module)
        )
    try:
        return kind()
    except Exception as error:
        raise _wrong(
            f"{class_name}() raised {type(error).__name__}: {error}.",
            name,
            "a class that can be made without arguments; load things in setup",
        ) from error


def _import(module_name: str, name: str) -> object:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise _wrong(
            f"The module cannot be imported: {error}.",
            name,
            "a module in the current folder, on PYTHONPATH or installed",
        ) from error
    except (Exception, SystemExit) as error:
        raise _wrong(
            f"The module raised {type(error).__name__} when it was imported: {error}.",
            name,
            "a module that can be imported",
        ) from error


def _is_service(kind: object) -> bool:
    if not inspect.isclass(kind) or is_base(kind):
        return False
    return any(callable(getattr(kind, method, None)) for method in _METHODS)


def _services_of(module: object) -> str:
    names = [
        name
        for name, kind in vars(module).items()
        if inspect.isclass(kind)
        and _is_service(kind)
        and kind.__module__ == getattr(module, "__name__", None)
    ]
    if names:
        return "one of " + ", ".join(names)
    return "a class with an infer method, such as a subclass of inkcloud.services.service.Service"


def _wrong(message: str, name: str, allowed: str) -> InvalidRequest:
    return InvalidRequest(message, field="service", value=name, allowed=allowed)
