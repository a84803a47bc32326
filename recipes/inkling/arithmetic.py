"""Which arithmetic is fast on this machine."""

import torch

from inkcloud.checkpoints.dtype import AUTO, resolve_dtype


def fast_dtype() -> torch.dtype:
    """Return bfloat16 if the processor multiplies it; elsewhere it is slower than float32."""
    return resolve_dtype(AUTO)


def fast() -> torch.autocast:
    """Let a float32 model compute in it."""
    return torch.autocast("cpu", torch.bfloat16, enabled=fast_dtype() == torch.bfloat16)
