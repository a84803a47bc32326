"""3x3 convolutions in fewer multiplications, after https://arxiv.org/abs/1509.09308, section 4.

Along an axis two outputs are sums of a few products, each of a sum of values and a sum of weights.
With an axis after the other, those of a square of four outputs are products of matrices, one for
each pair of sums, and the many additions are few beside them.
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


@dataclass(frozen=True)
class _Sum:
    """A sum of values along an axis, as what a convolution does.

    Its padding says where its first value lies, and that there is nothing beyond the picture. No
    two of a scheme have the same: OpenVINO merges a padding into a convolution only if no other
    one has it too.
    """

    before: int
    after: int
    taps: tuple[float, ...]
    dilation: int = 1


@dataclass(frozen=True)
class Scheme:
    """How two outputs side by side come from products.

    Attributes:
        values: the sum of values in each product.
        weights: the sum of the kernel's three weights in each.
        outputs: what each product counts in the first output, and in the second.
        stride: from the values of a pair of outputs to those of the next pair.
    """

    values: tuple[_Sum, ...]
    weights: tuple[tuple[float, float, float], ...]
    outputs: tuple[tuple[int, ...], tuple[int, ...]]
    stride: int


PLAIN = Scheme(
    values=(
        _Sum(1, 0, (1, -1), dilation=2),
        _Sum(0, 0, (1, 1)),
        _Sum(1, 1, (0, -1, 1)),
        _Sum(0, 1, (1, -1), dilation=2),
    ),
    weights=((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1)),
    outputs=((1, 1, 1, 0), (0, 1, -1, -1)),
    stride=2,
)
"""F(2, 3) of the paper, equation 8: 16 multiplications for four outputs instead of 36."""

DOUBLED = Scheme(
    values=(_Sum(1, 0, (1, -1)), _Sum(0, 0, (1,)), _Sum(0, 1, (-1, 1))),
    weights=((1, 0, 0), (1, 1, 1), (0, 0, 1)),
    outputs=((1, 1, 0), (0, 1, 1)),
    stride=1,
)
"""A convolution of a picture of repeated values, in 9 instead of 36.

With the kernel (a, b, c) and x[-1], x[0], x[1] each there twice, the two outputs at x[0] are
a x[-1] + (b + c) x[0] = a (x[-1] - x[0]) + (a + b + c) x[0], and
(a + b) x[0] + c x[1] = (a + b + c) x[0] + c (x[1] - x[0]).
"""


class WinogradConvolution(nn.Module):
    """What a convolution with a 3x3 kernel and a padding of 1 gives, but for rounding.

    Args:
        part: the layer; see `suits_winograd`.
        scheme: `PLAIN`, or `DOUBLED` for what it gives of a picture of twice the size.
    """

    def __init__(self, part: nn.Conv2d, scheme: Scheme = PLAIN) -> None:
        super().__init__()
        self._scheme = scheme
        self._count = len(scheme.values)
        # The product that counts one in both outputs brings the bias.
        self._in_both = list(zip(*scheme.outputs, strict=True)).index((1, 1))
        weight, sums = part.weight.detach(), torch.tensor(scheme.weights, dtype=torch.float32)
        summed = torch.einsum("ai,ocij,bj->aboc", sums, weight.float(), sums).flatten(0, 1)
        self.weights = nn.ParameterList(
            _constant(each.unsqueeze(-1).unsqueeze(-1), weight.dtype) for each in summed
        )
        self.kernels = nn.ParameterList(
            _constant(
                torch.outer(torch.tensor(down.taps), torch.tensor(across.taps)).expand(
                    part.in_channels, 1, -1, -1
                ),
                weight.dtype,
            )
            for down in scheme.values
            for across in scheme.values
        )
        self.bias = part.bias

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the outputs (N, out, h', w') of (N, in, h, w).

        `PLAIN` has sides that are even, and keeps them; `DOUBLED` doubles any.
        """
        products = [self._product(number, hidden) for number in range(self._count**2)]
        rows = [self._pair(products[across :: self._count]) for across in range(self._count)]
        squares = [self._pair([each[odd] for each in rows]) for odd in (0, 1)]
        return _interleaved([*squares[0], *squares[1]])

    def _product(self, number: int, hidden: Tensor) -> Tensor:
        down, across = (self._scheme.values[place] for place in divmod(number, self._count))
        if max(len(down.taps), len(across.taps)) > 1:
            hidden = F.conv2d(
                F.pad(hidden, (across.before, across.after, down.before, down.after)),
                self.kernels[number],
                stride=self._scheme.stride,
                dilation=(down.dilation, across.dilation),
                groups=hidden.shape[1],
            )
        brings_bias = number == self._in_both * (self._count + 1)
        return F.conv2d(hidden, self.weights[number], self.bias if brings_bias else None)

    def _pair(self, products: list[Tensor]) -> tuple[Tensor, Tensor]:
        first, second = (_added(products, counts) for counts in self._scheme.outputs)
        return first, second


def suits_winograd(part: nn.Module, size: torch.Size) -> TypeGuard[nn.Conv2d]:
    """Whether a layer is a convolution that `PLAIN` can do, and quicker.

    That does not depend on the number of rows: a picture is the same in company.

    Args:
        part: the layer.
        size: what it is given, (N, C, h, w).
    """
    if not isinstance(part, nn.Conv2d):
        return False
    height, width = size[2:]
    return (
        is_plain_3x3(part)
        and height % 2 == 0
        and width % 2 == 0
        and min(part.in_channels, part.out_channels) >= LEAST_CHANNELS
        and height * width >= 4 * LEAST_TILES
        and height * width * part.weight.numel() >= LEAST_MULTIPLICATIONS
    )


def is_plain_3x3(part: nn.Conv2d) -> bool:
    """Whether a convolution keeps the size, and meets zeros beyond the picture."""
    sizes = (part.kernel_size, part.stride, part.padding, part.dilation)
    plain = part.padding_mode == "zeros" and part.groups == 1
    return plain and sizes == ((3, 3), (1, 1), (1, 1), (1, 1))


def _added(products: list[Tensor], counts: tuple[int, ...]) -> Tensor:
    """Return their sum; the first that counts counts one."""
    counted = [(each, count) for each, count in zip(products, counts, strict=True) if count]
    total = counted[0][0]
    for each, count in counted[1:]:
        total = total + each if count > 0 else total - each
    return total


def _interleaved(phases: list[Tensor]) -> Tensor:
    """Put the four outputs of every square into their places: (N, C, h, w) to (N, C, 2 h, 2 w).

    OpenVINO knows this form, and moves all channels of a pixel at once; for the one that
    `torch.pixel_shuffle` takes it needs two copies, each several times slower.
    """
    rows, channels, height, width = phases[0].shape
    squares = torch.cat(phases, 1).view(rows, 2, 2, channels, height, width)
    return squares.permute(0, 3, 4, 1, 5, 2).reshape(rows, channels, 2 * height, 2 * width)


def _constant(values: Tensor, dtype: torch.dtype) -> nn.Parameter:
    return nn.Parameter(values.to(dtype).contiguous(), requires_grad=False)
