"""Group normalisation and SiLU as one operation, for training in bfloat16 on a CPU."""

import ctypes
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from paths import CACHE
from torch import nn

SOURCE = Path(__file__).with_suffix(".c")


@cache
def library() -> ctypes.CDLL:
    """Compile the kernel once, and load it."""
    built = CACHE / "group_norm.so"
    if not built.exists() or built.stat().st_mtime < SOURCE.stat().st_mtime:
        built.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run(["cc", *flags, str(SOURCE), "-o", str(built), "-lm"], check=True)
    return ctypes.CDLL(str(built))


def address(tensor: torch.Tensor) -> ctypes.c_void_p:
    return ctypes.c_void_p(tensor.data_ptr())


class FusedGroupNorm(torch.autograd.Function):
    """y = silu(group_norm(x)), or without the SiLU; x is (N, C, ...) in channels-last order."""

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        groups: int,
        epsilon: float,
        silu: bool,
    ) -> torch.Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        sizes = (x.shape[0], x.shape[2] * x.shape[3], x.shape[1], groups)
        y = torch.empty_like(x)
        statistics = torch.empty(sizes[0], groups, 2)
        library().forward(
            *map(address, (x, weight, bias, y, statistics)),
            *sizes,
            ctypes.c_float(epsilon),
            int(silu),
        )
        ctx.save_for_backward(x, weight, bias, statistics)
        ctx.sizes, ctx.silu = sizes, int(silu)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        x, weight, bias, statistics = ctx.saved_tensors
        dy = gradients[0].contiguous(memory_format=torch.channels_last)
        dx = torch.empty_like(x)
        dweight, dbias = torch.empty(len(weight)), torch.empty(len(bias))
        tensors = (x, weight, bias, dy, statistics, dx, dweight, dbias)
        library().backward(*map(address, tensors), *ctx.sizes, ctx.silu)
        return dx, dweight.to(weight.dtype), dbias.to(bias.dtype), None, None, None


class FastGroupNorm(nn.GroupNorm):
    """A GroupNorm with the same weights; `silu` says whether the activation is part of it."""

    silu = False

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return FusedGroupNorm.apply(
            input, self.weight, self.bias, self.num_groups, self.eps, self.silu
        )


class TimeSiLU(nn.Module):
    """What is left of a block's activation: the time embedding's; the maps had theirs."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return nn.functional.silu(input) if input.dim() == 2 else input


def use_fast_group_norm(model: UNet2DConditionModel) -> None:
    """Let a UNet in bfloat16 and channels-last order train with the fused operation."""
    for name, module in model.named_modules():
        if isinstance(module, nn.GroupNorm):
            module.__class__ = FastGroupNorm
            module.silu = name.endswith(("norm1", "norm2", "conv_norm_out"))
        if hasattr(module, "nonlinearity"):
            module.nonlinearity = TimeSiLU()
    model.conv_act = nn.Identity()
