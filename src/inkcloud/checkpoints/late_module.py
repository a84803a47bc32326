"""A part's module, built when it is first needed."""

import threading
from collections.abc import Callable
from typing import Any

import torch

from inkcloud.checkpoints.file_stamps import FileStamps
from inkcloud.checkpoints.modules import Part


class LateModule:
    """A module that is built once, by whichever thread first asks for it.

    Args:
        build: returns the module, with its weights, on the device.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._module: Any = None

    @staticmethod
    def of(part: Part, dtype: torch.dtype, device: torch.device) -> "LateModule":
        """Return what reads a part's weights, perhaps long after its files were hashed.

        Call this before they are hashed: `get` raises CheckpointError if they have changed since.
        """
        stamps = FileStamps.of({file for file, _, _ in part.weights.entries.values()})

        def build() -> Any:  # noqa: ANN401
            stamps.check()
            module = part.build(dtype).to(device)
            stamps.check()
            return module

        return LateModule(build)

    @property
    def built(self) -> bool:
        """Whether its weights were read."""
        return self._module is not None

    def get(self) -> Any:  # noqa: ANN401
        """Return the module; its weights are read now if they were not.

        Raises:
            CheckpointError: if the files cannot be read or were changed.
        """
        with self._lock:
            if self._module is None:
                self._module = self._build()
            return self._module
