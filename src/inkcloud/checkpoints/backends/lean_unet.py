"""The same UNet with less to compute, for a compiler that takes each operation as it is written."""

from collections.abc import Mapping

import torch
from diffusers.models.activations import GEGLU
from diffusers.models.upsampling import Upsample2D
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from inkcloud.checkpoints.backends.winograd import WinogradConvolution, suits_winograd

# Which rows (or columns) of a 3x3 kernel fall on the same pixel of the small picture, for outputs
# at even and at odd places.
_MEETING = (((0,), (1, 2)), ((0, 1), (2,)))


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
        return PhasedUpsample(part)
    return None


def _doubles_and_convolves(part: Upsample2D) -> bool:
    conv = getattr(part, "conv", None)
    plain = part.interpolate and part.norm is None and not part.use_conv_transpose
    return (
        plain
        and isinstance(conv, nn.Conv2d)
        and (conv.kernel_size, conv.padding) == ((3, 3), (1, 1))
    )


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


class PhasedUpsample(nn.Module):
    """Doubling both sides by repeating pixels, and a 3x3 convolution, in 4/9 of the work.

    Of the nine pixels that an output meets, those that are repetitions of one share it: an output
    at an even or odd row and column is a 2x2 convolution of the small picture, whose weights are
    sums of the 3x3 ones. (Four phases that are put together: https://arxiv.org/abs/1609.05158.)

    Args:
        part: the layer; it does what has another size than the double.
    """

    def __init__(self, part: Upsample2D) -> None:
        super().__init__()
        self.plain = part
        weight = part.conv.weight.detach()
        self.phases = nn.ParameterList(
            nn.Parameter(_phase(weight, rows, columns), requires_grad=False)
            for rows in _MEETING
            for columns in _MEETING
        )

    def forward(self, hidden: Tensor, output_size: tuple[int, int] | None = None) -> Tensor:
        """Return (N, out, 2 h, 2 w) of (N, C, h, w)."""
        height, width = hidden.shape[2:]
        if output_size is not None and tuple(output_size) != (2 * height, 2 * width):
            plain: Tensor = self.plain(hidden, output_size)
            return plain
        bias = self.plain.conv.bias
        phases = []
        for number, weight in enumerate(self.phases):
            below, right = divmod(number, 2)
            padded = F.pad(hidden, (1 - right, right, 1 - below, below))
            phases.append(F.conv2d(padded, weight, bias))
        return F.pixel_shuffle(torch.stack(phases, 2).flatten(1, 2), 2)


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    out, width = weight.shape
    made = nn.Linear(width, out, bias=bias is not None, device="meta")
    made.weight = nn.Parameter(weight.detach(), requires_grad=False)
    if bias is not None:
        made.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return made


def _phase(
    weight: Tensor, rows: tuple[tuple[int, ...], ...], columns: tuple[tuple[int, ...], ...]
) -> Tensor:
    """Return the 2x2 kernels (out, in, 2, 2) of one phase."""
    exact = weight.float()
    sums = [exact[:, :, above][..., beside].sum((2, 3)) for above in rows for beside in columns]
    return torch.stack(sums, -1).view(*weight.shape[:2], 2, 2).to(weight.dtype)
