"""Which device torch computes on."""

import torch

CPU = torch.device("cpu")


def best_device() -> torch.device:
    """Return the best device that torch says is there: CUDA, then MPS, then the processor."""
    return choose_device(cuda=torch.cuda.is_available(), mps=torch.backends.mps.is_available())


def choose_device(*, cuda: bool, mps: bool) -> torch.device:
    """Return the best of the devices that are there."""
    if cuda:
        return torch.device("cuda")
    return torch.device("mps") if mps else CPU
