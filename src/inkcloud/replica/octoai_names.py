"""The names under which OctoAI's classes are known, and what stands in for them.

A class written for OctoAI says `from octoai.service import Service`. Where that package is
installed it is used as it is; for those of its modules that are not there, ours stand in.
"""

import sys
from abc import ABC
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from inkcloud.services import octoai

_FOLDER = Path(octoai.__file__).parent
_FILES = {
    "octoai": _FOLDER / "__init__.py",
    "octoai.service": _FOLDER / "service.py",
    "octoai.types": _FOLDER / "types.py",
}


class StandIn(MetaPathFinder):
    """Finds our stand-ins, for names that nobody else has found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the stand-in for a module is, or None."""
        if fullname not in _FILES:
            return None
        inner: list[str] | None = [] if fullname == "octoai" else None
        return spec_from_file_location(fullname, _FILES[fullname], submodule_search_locations=inner)


def offer_octoai() -> None:
    """Let this process import `octoai.service` and `octoai.types`, installed or not."""
    # Last in the list: what is installed, or lies beside the service, is found first.
    if not any(isinstance(finder, StandIn) for finder in sys.meta_path):
        sys.meta_path.append(StandIn())


def is_octoai(kind: type) -> bool:
    """Return whether a class extends OctoAI's Service, theirs or the one that stands in."""
    return any(_is(base, "octoai.service", "Service") for base in kind.__mro__)


def is_base(kind: type) -> bool:
    """Return whether a class is one that services extend, and itself no service."""
    modules = ("inkcloud.services.service", "octoai.service")
    if kind in (object, ABC):
        return True
    return any(_is(kind, module, "Service") for module in modules)


def is_media(kind: type) -> bool:
    """Return whether a class is a picture, sound, film or file on the wire."""
    names = ("Media", "Image", "Audio", "Video")  # the oldest had no Media
    return any(
        _is(base, module, name)
        for base in kind.__mro__
        for module in ("octoai.types", "inkcloud.services.media")
        for name in names
    )


def is_media_url(kind: type) -> bool:
    """Return whether a class is the address of such a file."""
    modules = ("octoai.types", "inkcloud.services.media")
    return any(_is(base, module, "MediaUrl") for base in kind.__mro__ for module in modules)


def _is(kind: type, module: str, name: str) -> bool:
    return kind.__module__ == module and kind.__name__ == name
