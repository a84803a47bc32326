"""Find a service's class by its name, "module:Class"."""

import importlib
import inspect

from inkcloud.domain.errors import InvalidRequest
from inkcloud.services.service import Service

_FORM = "module:Class, for example inkcloud.services.text_to_image:TextToImageService"


def load_service(name: str) -> Service:
    """Import a service's class and make an instance, which is not set up yet.

    Args:
        name: "module:Class".

    Raises:
        InvalidRequest: if there is no such module or class, or the class is not a Service.
    """
    module_name, colon, class_name = name.partition(":")
    if not (module_name and colon and class_name):
        raise _wrong("The service's name has the wrong form.", name, _FORM)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise _wrong(
            f"The module cannot be imported: {error}.",
            name,
            "a module in the current folder, on PYTHONPATH or installed",
        ) from error
    except Exception as error:
        raise _wrong(
            f"The module raised {type(error).__name__} when it was imported: {error}.",
            name,
            "a module that can be imported",
        ) from error
    kind = getattr(module, class_name, None)
    if kind is None:
        raise _wrong(
            f"The module {module_name} has no class {class_name}.", name, _services_of(module)
        )
    if not (inspect.isclass(kind) and issubclass(kind, Service)):
        raise _wrong(f"{class_name} is not a Service.", name, _services_of(module))
    try:
        return kind()
    except Exception as error:
        raise _wrong(
            f"{class_name}() raised {type(error).__name__}: {error}.",
            name,
            "a class that can be made without arguments; load things in setup",
        ) from error


def _services_of(module: object) -> str:
    names = [
        name
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, Service) and kind is not Service
    ]
    if names:
        return "one of " + ", ".join(names)
    return "a subclass of inkcloud.services.service.Service"


def _wrong(message: str, name: str, allowed: str) -> InvalidRequest:
    return InvalidRequest(message, field="service", value=name, allowed=allowed)
