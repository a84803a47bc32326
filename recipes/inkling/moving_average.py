"""The moving average of a model's weights, which is what is kept of a training."""

import torch
from torch import nn


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    """Move the average a little towards the model; counts are taken over as they are."""
    for old, new in zip(average.state_dict().values(), model.state_dict().values()):
        if not isinstance(old, torch.Tensor):
            continue
        if old.is_floating_point():
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)
