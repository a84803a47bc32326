"""OpenVINO, imported when it is first needed, and without its telemetry."""

import importlib
import importlib.metadata
import sys
from typing import Any

PACKAGE = "openvino"
_TELEMETRY = "openvino_telemetry"


def openvino() -> Any:  # noqa: ANN401
    """Return the library; what reports its use to its makers stays out of the process.

    OpenVINO sends reports as soon as it is imported unless the person has said no. With None
    in its place that package cannot be imported, upon which OpenVINO goes on without.
    """
    modules: dict[str, Any] = sys.modules
    modules.setdefault(_TELEMETRY, None)
    return importlib.import_module(PACKAGE)


def openvino_version() -> str | None:
    """Return the installed version without importing the library; None if there is none."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None
