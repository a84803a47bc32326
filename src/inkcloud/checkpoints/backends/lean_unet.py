"""The same UNet with less to compute, for a compiler that takes each operation as it is written."""

from collections.abc import Mapping

import torch
from diffusers.models.activations import GEGLU
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from diffusers.models.upsampling import Upsample2D
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from inkcloud.checkpoints.backends.winograd import (
    DOUBLED,
    WinogradConvolution,
    is_plain_3x3,
    suits_winograd,
)


def make_lean(unet: nn.Module, sizes: Mapping[nn.Module, torch.Size]) -> None:
    """Replace parts of a UNet by ones that give the same values, but for rounding, in less time.

    Args:
        unet: it and its weights are changed, so nothing else may use it.
        sizes: what convolutions are given, (N, C, h, w), by layer: those that are here may be
            computed in fewer multiplications. See `convolution_sizes`.
    """
    for place, part in list(unet.named_children()):
        lean = _lean(part, sizes.get(part))
        if lean is None:
            make_lean(part, sizes)
        else:
            setattr(unet, place, lean)
    if isinstance(unet, Transformer2DModel):
        _project_by_convolution(unet)


def convolution_sizes(module: nn.Module, inputs: tuple[Tensor, ...]) -> dict[nn.Module, torch.Size]:
    """Return what each convolution in a module is given, (N, C, h, w), without computing.

    Args:
        module: its weights are not read.
        inputs: as those that it is called with; only their shapes matter.
    """
    sizes: dict[nn.Module, torch.Size] = {}

    def note(part: nn.Module, given: tuple[Tensor, ...]) -> None:
        sizes[part] = given[0].shape

    convolutions = [part for part in module.modules() if isinstance(part, nn.Conv2d)]
    hooks = [part.register_forward_pre_hook(note) for part in convolutions]
    held = (*module.named_parameters(), *module.named_buffers())
    nowhere = {name: torch.empty_like(values, device="meta") for name, values in held}
    with torch.no_grad():
        functional_call(module, nowhere, tuple(each.to("meta") for each in inputs))
    for hook in hooks:
        hook.remove()
    return sizes


def _lean(part: nn.Module, size: torch.Size | None) -> nn.Module | None:
    if size is not None and suits_winograd(part, size):
        return WinogradConvolution(part)
    if isinstance(part, GEGLU):
        return SplitGate(part)
    if isinstance(part, Upsample2D) and _doubles_and_convolves(part):
        return DoublingUpsample(part)
    return None


def _doubles_and_convolves(part: Upsample2D) -> bool:
    conv = getattr(part, "conv", None)
    plain = part.interpolate and part.norm is None and not part.use_conv_transpose
    return plain and isinstance(conv, nn.Conv2d) and is_plain_3x3(conv)


def _project_by_convolution(part: Transformer2DModel) -> None:
    """Let a transformer take pixels for tokens after its first matrix, and back before its last.

    diffusers has both orders, for models of either kind. Pixels lie as tokens do where a
    convolution made them, so that nothing is copied.
    """
    if getattr(part, "use_linear_projection", False):
        part.proj_in, part.proj_out = (_convolution(each) for each in (part.proj_in, part.proj_out))
        part.use_linear_projection = False


class SplitGate(nn.Module):
    """A GEGLU with a matrix for the values and one for their gates.

    From one matrix both come side by side, and OpenVINO copies them apart.

    Args:
        part: the layer.
    """

    def __init__(self, part: GEGLU) -> None:
        super().__init__()
        weight, bias = part.proj.weight, part.proj.bias
        self.values, self.gates = (
            _linear(half, None if bias is None else bias.chunk(2)[place])
            for place, half in enumerate(weight.chunk(2))
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the gated values (N, tokens, out) of (N, tokens, in)."""
        gated: Tensor = self.values(hidden) * F.gelu(self.gates(hidden))
        return gated


class DoublingUpsample(nn.Module):
    """Doubling both sides by repeating pixels, and a 3x3 convolution, in a quarter of the work.

    Args:
        part: the layer; it does what has another size than the double.
    """

    def __init__(self, part: Upsample2D) -> None:
        super().__init__()
        self.plain = part
        self.doubled = WinogradConvolution(part.conv, DOUBLED)

    def forward(self, hidden: Tensor, output_size: tuple[int, int] | None = None) -> Tensor:
        """Return (N, out, 2 h, 2 w) of (N, C, h, w)."""
        height, width = hidden.shape[2:]
        if output_size is not None and tuple(output_size) != (2 * height, 2 * width):
            plain: Tensor = self.plain(hidden, output_size)
            return plain
        doubled: Tensor = self.doubled(hidden)
        return doubled


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    out, width = weight.shape
    made = nn.Linear(width, out, bias=bias is not None, device="meta")
    made.weight = nn.Parameter(weight.detach(), requires_grad=False)
    if bias is not None:
        made.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return made


def _convolution(part: nn.Linear) -> nn.Conv2d:
    """Return the matrix as a 1x1 convolution."""
    made = nn.Conv2d(
        part.in_features, part.out_features, 1, bias=part.bias is not None, device="meta"
    )
    made.weight = nn.Parameter(part.weight.detach()[..., None, None], requires_grad=False)
    if part.bias is not None:
        made.bias = nn.Parameter(part.bias.detach(), requires_grad=False)
    return made
