"""A part's module, built when it is first needed."""

from collections.abc import Callable

import torch
from torch import nn

from inkcloud.checkpoints.file_stamps import FileStamps
from inkcloud.checkpoints.modules import Part


def build_later(part: Part, dtype: torch.dtype, device: torch.device) -> Callable[[], nn.Module]:
    """Return what reads the weights, perhaps long after the files were hashed.

    Call this before the files are hashed: what it returns raises CheckpointError if they have
    changed since.
    """
    stamps = FileStamps.of({file for file, _, _ in part.weights.entries.values()})

    def build() -> nn.Module:
        stamps.check()
        module = part.build(dtype).to(device)
        stamps.check()
        return module

    return build
