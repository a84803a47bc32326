"""What a prepared model depends on beside the model."""

import functools
import importlib.metadata
import os
import platform
from dataclasses import dataclass
from pathlib import Path

_PACKAGES = ("torch", "diffusers", "openvino")
_NAMES = ("model name", "cpu family", "model", "stepping")


@dataclass(frozen=True)
class Machine:
    """A processor and the libraries on it; what was measured on one says nothing of another.

    Attributes:
        processor: its name and how many cores this process may use.
        versions: of the libraries that compute.
    """

    processor: str
    versions: dict[str, str]

    @staticmethod
    def this() -> "Machine":
        """Return the one that this process runs on."""
        return Machine(f"{_processor()}, {usable_cores()} cores", dict(_versions()))


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_matrix_unit() -> bool:
    """Whether the processor multiplies bfloat16 in tiles (AMX), as far as the system says."""
    return "amx_bf16" in _facts().get("flags", "").split()


@functools.cache
def _facts() -> dict[str, str]:
    """Return what Linux says of the first core; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}


def _processor() -> str:
    facts = _facts()
    if not facts:
        return platform.processor() or platform.machine()
    return " ".join(facts[name] for name in _NAMES if name in facts) or platform.machine()


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = []
    for package in _PACKAGES:
        try:
            found.append((package, importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            found.append((package, "none"))
    return tuple(found)
