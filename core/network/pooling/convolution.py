"""Operators that are convolutions, or begin with one."""

import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Padding, Pooling
from core.catalog.poolings import CONV_SIZE
from core.network import Window
from core.network.pooling.margins import make_margins
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool


@operator(Pooling.CONV)
class ConvolutionPool(WindowPool):
    """y = ReLU(b_c + sum over channels and a 3x3 window of w * x), learned, with stride s.

    The map is padded by 3 - k rows and columns (cropped for k = 4), so that the output has the same
    size as that of a pool with window k. All-CNN of Springenberg et al. 2014.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        window = convolution_pool_window(size, stride)
        self.margins = make_margins(window.before, window.after, mode)
        self.conv = nn.Conv2d(channels, channels, CONV_SIZE, stride)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.relu(self.conv(self.margins(x).to(self.conv.weight.dtype)))


@operator(Pooling.CONV_MAX)
class ConvolutionMaxPool(WindowPool):
    """y = max over W of ReLU(b_c + sum over channels and a 3x3 window of w * x), learned.

    The convolution of conv at stride 1, padded by one row on each side so that the map keeps its
    size, then max: the same number of parameters as conv. Ties as for max. ConvPool-CNN of
    Springenberg et al. 2014.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.margins = make_margins(CONV_SIZE // 2, CONV_SIZE // 2, mode)
        self.conv = nn.Conv2d(channels, channels, CONV_SIZE)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        activations = F.relu(self.conv(self.margins(x).to(self.conv.weight.dtype)))
        return F.max_pool2d(activations, self.size, self.stride)


@operator(Pooling.PATCH)
class PatchPool(WindowPool):
    """y = b_c + sum over channels and W of w * x, learned, with stride s and no ReLU after it.

    Where windows tile the map (k = s) each patch becomes one vector, as in a space-to-depth step
    and a 1x1 convolution: the downsampling of vision transformers and ConvNeXt. Dosovitskiy et al.
    2020; Liu et al. 2022, who put a layer norm before it; Sunkara & Luo 2022 (SPD-Conv).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.conv = nn.Conv2d(channels, channels, size, stride)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        y: Tensor = self.conv(x.to(self.conv.weight.dtype))
        return y


def convolution_pool_window(size: int, stride: int) -> Window:
    """A 3x3 window that has as many positions on any map as a pool with window `size`."""
    extra = CONV_SIZE - size
    before = -(-extra // 2)
    return Window(CONV_SIZE, stride, before=before, after=extra - before)
