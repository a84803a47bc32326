"""A 3x3 convolution in fewer multiplications: https://arxiv.org/abs/1509.09308, F(2x2, 3x3).

Four outputs take 16 multiplications a channel instead of 36, and some additions before and after.
"""

from dataclasses import dataclass
from typing import TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAST_MULTIPLICATIONS = 5e8
LEAST_CHANNELS = 256
LEAST_TILES = 64
"""Below these, of which the first and the last are for one picture, it was no quicker than a plain
convolution, or took too much room for its weights: see docs/decisions/0016.
"""

# G of the paper's equation 8: from the kernel's three weights along an axis to the four that are
# multiplied.
_WEIGHTS = torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


@dataclass(frozen=True)
class _Along:
    """A row of B^T of equation 8, as what a convolution with stride 2 does along an axis.

    The padding says both where the row's first value lies and what is beyond the picture. It
    differs from row to row, where the third could do without any: OpenVINO merges a padding into
    a convolution only if no other convolution has the same one.
    """

    before: int
    after: int
    dilation: int
    taps: tuple[float, ...]


_VALUES = (
    _Along(1, 0, 2, (1.0, -1.0)),
    _Along(0, 0, 1, (1.0, 1.0)),
    _Along(1, 1, 1, (0.0, -1.0, 1.0)),
    _Along(0, 1, 2, (1.0, -1.0)),
)
# The one of the sixteen products that all four outputs add, so that it may bring the bias.
_IN_ALL = 5


class WinogradConvolution(nn.Module):
    """What `nn.Conv2d` with a 3x3 kernel and a padding of 1 gives, but for rounding.

    Args:
        part: the layer; see `suits_winograd`.
    """

    def __init__(self, part: nn.Conv2d) -> None:
        super().__init__()
        weight = part.weight.detach()
        exact = torch.einsum("ai,ocij,bj->aboc", _WEIGHTS, weight.float(), _WEIGHTS)
        self.weights = nn.ParameterList(
            _constant(each.unsqueeze(-1).unsqueeze(-1), weight.dtype)
            for each in exact.flatten(0, 1)
        )
        self.kernels = nn.ParameterList(
            _constant(
                torch.outer(torch.tensor(down.taps), torch.tensor(across.taps)).expand(
                    part.in_channels, 1, -1, -1
                ),
                weight.dtype,
            )
            for down in _VALUES
            for across in _VALUES
        )
        self.bias = part.bias

    def forward(self, hidden: Tensor) -> Tensor:
        """Return (N, out, h, w) of (N, in, h, w), both sides even."""
        products = [self._product(number, hidden) for number in range(len(self.weights))]
        # A^T of equation 8, along the columns and then along the rows.
        summed = [_pair(products[across::4]) for across in range(4)]
        phases = [_pair([each[odd] for each in summed]) for odd in (0, 1)]
        return F.pixel_shuffle(torch.stack([*phases[0], *phases[1]], 2).flatten(1, 2), 2)

    def _product(self, number: int, hidden: Tensor) -> Tensor:
        """Return one of the sixteen, (N, out, h / 2, w / 2)."""
        down, across = _VALUES[number // 4], _VALUES[number % 4]
        values = F.conv2d(
            F.pad(hidden, (across.before, across.after, down.before, down.after)),
            self.kernels[number],
            stride=2,
            dilation=(down.dilation, across.dilation),
            groups=hidden.shape[1],
        )
        bias = self.bias if number == _IN_ALL else None
        return F.conv2d(values, self.weights[number], bias)


def suits_winograd(part: nn.Module, size: torch.Size) -> TypeGuard[nn.Conv2d]:
    """Whether a layer is a convolution that `WinogradConvolution` can do, and quicker.

    That does not depend on the number of rows: a picture is the same in company.

    Args:
        part: the layer.
        size: what it is given, (N, C, h, w).
    """
    if not isinstance(part, nn.Conv2d):
        return False
    height, width = size[2:]
    return (
        (part.kernel_size, part.stride, part.dilation) == ((3, 3), (1, 1), (1, 1))
        and (part.padding, part.padding_mode, part.groups) == ((1, 1), "zeros", 1)
        and height % 2 == 0
        and width % 2 == 0
        and min(part.in_channels, part.out_channels) >= LEAST_CHANNELS
        and height * width >= 4 * LEAST_TILES
        and height * width * part.weight.numel() >= LEAST_MULTIPLICATIONS
    )


def _pair(values: list[Tensor]) -> tuple[Tensor, Tensor]:
    first, second, third, fourth = values
    return first + second + third, second - third - fourth


def _constant(values: Tensor, dtype: torch.dtype) -> nn.Parameter:
    return nn.Parameter(values.to(dtype).contiguous(), requires_grad=False)
