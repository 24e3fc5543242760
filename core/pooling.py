"""How each strategy computes its output: the pooling operators as modules.

Symbols: a window W of k x k values x_i of one channel; y is the output value at that window.
Every operator maps (N, C, H, W) to (N, C, floor((H - k)/s) + 1, floor((W - k)/s) + 1).
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from core.architecture import Window
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.catalog.poolings import CONV_SIZE
from core.errors import ConfigError

Operator = Callable[[int, int, int, Padding], nn.Module]

OPERATORS: dict[Pooling, Operator] = {}
"""strategy -> its class, called with channels, size, stride and padding mode"""


def _operator(name: Pooling) -> Callable[[Operator], Operator]:
    """Enter a class into the table of operators."""

    def enter(operator: Operator) -> Operator:
        OPERATORS[name] = operator
        return operator

    return enter


def make_pooling(
    kind: str,
    channels: int,
    size: int = 2,
    stride: int = 2,
    padding: int = 0,
    padding_mode: str = "zeros",
) -> nn.Module:
    """Build a pooling operator.

    Args:
        kind: a name of the catalog. `none` and `strided` give an identity: they are properties
            of a block, not operators.
        channels: C of the input.
        size: side k of the window.
        stride: distance s between windows.
        padding: rows and columns added on each side before pooling, for every operator alike
            (a padded zero can therefore be the largest value of a window).
        padding_mode: "zeros" or "circular": what is added.

    Returns:
        A module from (N, C, H, W) to (N, C, floor((H + 2p - k)/s) + 1, likewise W).

    Raises:
        ConfigError: the name is not in the catalog or a number is out of range.
    """
    if kind not in POOLINGS:
        raise ConfigError(f"kind: {kind!r} is not known; allowed: {', '.join(POOLINGS)}")
    for name, value, least in (
        ("channels", channels, 1),
        ("size", size, 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
    ):
        if value < least:
            raise ConfigError(f"{name}: {least} or more is allowed; received {value}")
    if padding_mode not in (Padding.ZEROS, Padding.CIRCULAR):
        raise ConfigError(f"padding_mode: zeros or circular is allowed; received {padding_mode!r}")
    name, mode = Pooling(kind), Padding(padding_mode)
    if POOLINGS[name].downsampling is not Downsampling.POOL:
        return nn.Identity()
    operator = OPERATORS[name](channels, size, stride, mode)
    return nn.Sequential(make_margins(padding, padding, mode), operator) if padding else operator


def make_margins(before: int, after: int, mode: Padding) -> nn.Module:
    """Add rows and columns around a map, or cut them where a number is negative.

    Args:
        before: rows above and columns to the left.
        after: rows below and columns to the right.
        mode: what is added; cutting needs no mode.
    """
    if mode is Padding.CIRCULAR and max(before, after) > 0:
        return nn.CircularPad2d((before, after, before, after))
    return nn.ZeroPad2d((before, after, before, after))


@_operator(Pooling.MAX)
class MaxPool(nn.Module):
    """y = max over W of x_i.

    The gradient goes to the winner alone. Ties go to the first in row order, as torch does.
    Riesenhuber & Poggio 1999.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.max_pool2d(x, self.size, self.stride)


@_operator(Pooling.MIN)
class MinPool(nn.Module):
    """y = min over W of x_i = -max over W of -x_i.

    After ReLU most windows hold a zero, so y tends to zero. Pooling first does not help: ReLU is
    monotone, so min(ReLU(x)) = ReLU(min(x)), as for max.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return -F.max_pool2d(-x, self.size, self.stride)


@_operator(Pooling.AVERAGE)
class AveragePool(nn.Module):
    """y = (1/k^2) * sum over W of x_i: a depthwise convolution with constant weights 1/k^2.

    LeCun et al. 1998.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.avg_pool2d(x, self.size, self.stride)


@_operator(Pooling.CONV)
class ConvolutionPool(nn.Module):
    """y = ReLU(b_c + sum over channels and a 3x3 window of w * x), learned, with stride s.

    The map gets 3 - k rows and columns more (fewer for k = 4), so that the output has the size
    that a pool of window k gives. All-CNN of Springenberg et al. 2014.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__()
        window = convolution_pool_window(size, stride)
        self.margins = make_margins(window.before, window.after, mode)
        self.conv = nn.Conv2d(channels, channels, CONV_SIZE, stride)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.relu(self.conv(self.margins(x)))


def convolution_pool_window(size: int, stride: int) -> Window:
    """A 3x3 window with as many positions on any map as a pool of window `size` has."""
    extra = CONV_SIZE - size
    before = -(-extra // 2)
    return Window(CONV_SIZE, stride, before=before, after=extra - before)
