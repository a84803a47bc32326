"""How much memory a model takes, and how much there is."""

import math
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from inkcloud.checkpoints.opened_model import OpenedModel
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.picture_work import picture_work

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class _Names:
    limit: str
    used: str
    cached: tuple[str, ...]


_SECOND = _Names("memory.max", "memory.current", ("inactive_file", "active_file"))
_FIRST = _Names(
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_inactive_file", "total_active_file"),
)


@dataclass(frozen=True)
class MemoryNeed:
    """What a model takes beside the program itself, in bytes.

    Attributes:
        weights: of all its parts, in the arithmetic that is wanted.
        work: for a guided picture of its native size.
    """

    weights: int
    work: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.weights + self.work

    @staticmethod
    def of(model: OpenedModel, dtype: torch.dtype) -> "MemoryNeed":
        """Estimate the need from configurations and headers.

        The weights are exact, the work is not; reading weights takes a buffer for the largest.
        """
        tensors = [entry for part in model.parts for _, _, entry in part.weights.entries.values()]
        numbers = sum(math.prod(entry.shape) for entry in tensors)
        scratch = max(entry.end - entry.start for entry in tensors)
        work = picture_work(model.unet.config, model.vae.config) * dtype.itemsize
        return MemoryNeed(
            weights=numbers * dtype.itemsize,
            work=max(work, scratch),
        )


def check_memory(need: MemoryNeed, available: int) -> None:
    """Refuse a model that will not fit, before any of it is loaded.

    Args:
        need: the model's.
        available: bytes that there are.

    Raises:
        CheckpointError: with the figures.
    """
    if need.total > available:
        raise CheckpointError(
            f"The model does not fit into memory: its weights take {_gigabytes(need.weights)} and "
            f"a picture of its native size {_gigabytes(need.work)}, and "
            f"{_gigabytes(available)} are available. End other programs, or choose a smaller "
            "model or an arithmetic of fewer bits.",
            field="memory",
            value=_gigabytes(need.total),
            allowed=f"at most {_gigabytes(available)} now",
        )


def available_memory(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> int:
    """Return how many bytes this process may still take.

    That is what the machine has left, or less where a control group (a container, a service)
    limits it. Files in the cache do not count as taken.

    Args:
        cgroups: where control groups are mounted.
        membership: the file that names this process's.
    """
    left = [int(psutil.virtual_memory().available)]
    for folder, names in _groups(cgroups, membership):
        limit, used = _number(folder / names.limit), _number(folder / names.used)
        if limit is not None and used is not None:
            left.append(limit - used + _cached(folder / "memory.stat", names.cached))
    return max(min(left), 0)


def _groups(cgroups: Path, membership: Path) -> list[tuple[Path, "_Names"]]:
    """Return the folders of this process's control group and of those around it."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            root, names = cgroups, _SECOND
        elif "memory" in controllers.split(","):
            root, names = cgroups / "memory", _FIRST
        else:
            continue
        inner = root / path.lstrip("/")
        around = [each for each in inner.parents if each.is_relative_to(root)]
        found += [(folder, names) for folder in (inner, *around)]
    return found


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # there is none, or it is "max"
        return None


def _cached(file: Path, names: tuple[str, ...]) -> int:
    try:
        pairs = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
        facts = {pair[0]: int(pair[1]) for pair in pairs}
    except (OSError, ValueError, IndexError):
        return 0
    return sum(facts.get(name, 0) for name in names)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB"
