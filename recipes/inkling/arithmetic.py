"""Which arithmetic is fast on this machine."""

import torch


def fast_dtype() -> torch.dtype:
    """Return bfloat16 if the processor multiplies it; elsewhere it is slower than float32."""
    found = torch.cpu.get_capabilities()
    fast = found.get("avx512_bf16") or found.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


def fast() -> torch.autocast:
    """Let a float32 model compute in it."""
    return torch.autocast("cpu", torch.bfloat16, enabled=fast_dtype() == torch.bfloat16)
