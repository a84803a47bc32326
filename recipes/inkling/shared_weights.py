"""One set of weights for all training processes, in shared memory.

Each process computes gradients of its own rows with weights in the arithmetic that is fast here;
then each one updates its slice of the float32 weights with everyone's gradients (ZeRO,
https://arxiv.org/abs/1910.02054, without the network: both sit on one machine).
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.multiprocessing import get_context

# At the lowest priority a process may get no turn for minutes.
WAIT_SECONDS = 1800.0
LARGEST_NORM = 1.0


class SharedWeights:
    """Flat tensors that every process maps; the parent makes them before it starts children."""

    def __init__(self, count: int, world: int, dtype: torch.dtype) -> None:
        self.world = world
        self.count = count
        self.master = torch.zeros(count).share_memory_()
        self.average = torch.zeros(count).share_memory_()
        self.first = torch.zeros(count).share_memory_()
        self.second = torch.zeros(count).share_memory_()
        self.weights = torch.zeros(count, dtype=dtype).share_memory_()
        self.gradients = torch.zeros(world, count, dtype=dtype).share_memory_()
        self.norms = torch.zeros(world).share_memory_()
        self.updates = torch.zeros(()).share_memory_()
        self.clock = torch.zeros((), dtype=torch.float64).share_memory_()
        self.barrier = get_context("spawn").Barrier(world)

    def wait(self) -> None:
        """Wait for the other processes; raises BrokenBarrierError when one of them is gone."""
        self.barrier.wait(WAIT_SECONDS)

    def state_dict(self) -> dict[str, torch.Tensor]:
        names = ("master", "average", "first", "second", "updates")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        for name, value in state.items():
            getattr(self, name).copy_(value)
        self.weights.copy_(self.master)


class SliceOptimizer:
    """AdamW, gradient clipping and the moving average for one process's slice."""

    def __init__(self, shared: SharedWeights, rank: int, **options: Any) -> None:
        self._shared = shared
        self._rank = rank
        bounds = [shared.count * r // shared.world for r in range(shared.world + 1)]
        self._slice = slice(bounds[rank], bounds[rank + 1])
        weights = nn.Parameter(shared.master[self._slice])
        self._adamw = torch.optim.AdamW([weights], fused=True, **options)
        self._adamw.state[weights] = {
            "step": shared.updates.clone(),
            "exp_avg": shared.first[self._slice],
            "exp_avg_sq": shared.second[self._slice],
        }
        self._weights = weights

    def step(self, rate: float) -> None:
        """Update this slice from everyone's gradients, and publish it."""
        shared, own = self._shared, self._slice
        shared.wait()
        gradient = shared.gradients[:, own].float().mean(0)
        shared.norms[self._rank] = gradient.square().sum()
        shared.wait()
        norm = shared.norms.sum().sqrt().item()
        self._weights.grad = gradient.mul_(min(1.0, LARGEST_NORM / (norm + 1e-6)))
        self._adamw.param_groups[0]["lr"] = rate
        self._adamw.step()
        updates = self._adamw.state[self._weights]["step"]
        if self._rank == 0:
            shared.updates.copy_(updates)
        keep = min(0.999, (updates.item() + 1) / (updates.item() + 10))
        with torch.no_grad():
            shared.weights[own].copy_(self._weights)
            shared.average[own].lerp_(self._weights.data, 1 - keep)
        shared.wait()


def views(flat: torch.Tensor, model: nn.Module) -> Iterator[tuple[nn.Parameter, torch.Tensor]]:
    """Give each parameter its part of a flat tensor; convolutions in channels-last order."""
    start = 0
    for weight in model.parameters():
        part = flat[start : start + weight.numel()]
        start += weight.numel()
        if weight.dim() == 4:
            out, into, height, width = weight.shape
            yield weight, part.view(out, height, width, into).permute(0, 3, 1, 2)
        else:
            yield weight, part.view(weight.shape)


def fill(flat: torch.Tensor, model: nn.Module) -> None:
    """Copy a model's weights into a flat tensor."""
    for weight, part in views(flat, model):
        part.copy_(weight.data)


def attach(shared: SharedWeights, rank: int, model: nn.Module) -> None:
    """Let a model compute with the shared weights, and leave its gradients where all see them."""
    for weight, part in views(shared.weights, model):
        weight.data = part
    for weight, part in views(shared.gradients[rank], model):
        weight.grad = part
