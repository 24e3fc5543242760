"""Operators that guard against aliasing: a low-pass filter before the stride, or a chosen grid."""

from math import comb

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Padding, Pooling
from core.catalog.poolings.antialiased import BLUR_SIZE
from core.network.pooling.margins import make_margins
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool, positions, take_grid


class Blur(nn.Module):
    """y = sum over a 3 x 3 window of b_i * b_j * x_ij, at a stride, each channel by itself.

    b = (1, 2, 1)/4, the coefficients of ((1 + z)/2)^2: a low-pass filter that sums to one and is
    zero at the highest frequency. The kernel is a buffer: computed, not learned and not stored.
    """

    kernel: Tensor

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride
        degree = BLUR_SIZE - 1
        taps = torch.tensor([comb(degree, i) / 2**degree for i in range(BLUR_SIZE)])
        kernel = torch.outer(taps, taps)[None, None]
        self.register_buffer("kernel", kernel, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C, floor((H - 3)/s) + 1, ...)."""
        channels = x.shape[1]
        weight = self.kernel.to(x.dtype).expand(channels, -1, -1, -1)
        return F.conv2d(x, weight, stride=self.stride, groups=channels)


class BlurredPool(WindowPool):
    """A pool at stride 1, then a binomial 3-tap filter at the stride. Zhang 2019.

    The map is padded by one row on each side (zeros, or its own opposite side), so that the filter
    has as many positions as a window of side k on the unpadded map: floor((H - k)/s) + 1.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.margins = make_margins(BLUR_SIZE // 2, BLUR_SIZE // 2, mode)
        self.blur = Blur(stride)


@operator(Pooling.BLUR_MAX)
class BlurMaxPool(BlurredPool):
    """y = blur of m at the stride, m = max over the window at every place: MaxBlurPool.

    Ties of max as for max. Zhang 2019.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        blurred: Tensor = self.blur(F.max_pool2d(self.margins(x), self.size, 1))
        return blurred


@operator(Pooling.BLUR_AVERAGE)
class BlurAveragePool(BlurredPool):
    """y = blur of m at the stride, m = mean over the window at every place.

    One linear filter: for k = 2 the taps (1, 3, 3, 1)/8 of ((1 + z)/2)^3. Zhang 2019.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        blurred: Tensor = self.blur(F.avg_pool2d(self.margins(x), self.size, 1))
        return blurred


@operator(Pooling.APS)
class AdaptivePolyphasePool(WindowPool):
    """y = the polyphase component of m of largest Euclidean norm, m = max at every place.

    m: max over the window at stride 1, circular, so that it has all H rows. Component (a, b),
    0 <= a, b < s: rows a, a + s, ... and columns b, b + s, ... of m, floor((H - k)/s) + 1 of
    them, counted round the border. One component per image, for all channels alike; of equal
    norms the first, a before b. No gradient passes through the choice.

    Where H is a multiple of s and k <= s, a circular shift of x permutes the components and
    shifts each, so y is shifted and otherwise the same: exactly equivariant, up to ties of the
    norm (taken in double precision). On other maps the output size leaves rows out or takes some
    twice, and this holds only roughly.

    The choice is not passed on. Circular convolutions and further aps pools are equivariant to
    whatever shift remains, and a global head does not see it; a Flatten head does, with or
    without the phase, because a circular shift of the image moves its features too.
    Chaman & Dokmanic 2021.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        everywhere = self._everywhere(x)
        return take_grid(everywhere, *self._chosen(everywhere))

    def starts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """First rows (N, h) and columns (N, w) of the windows, which wrap around the border."""
        return self._chosen(self._everywhere(x))

    def _everywhere(self, x: Tensor) -> Tensor:
        beyond = self.size - 1
        wrapped = F.pad(x, (0, beyond, 0, beyond), mode="circular")
        return F.max_pool2d(wrapped, self.size, 1)

    def _chosen(self, everywhere: Tensor) -> tuple[Tensor, Tensor]:
        rows, columns = (self._phases(n, everywhere.device) for n in everywhere.shape[2:])
        infinite = everywhere.detach().isinf()
        energy = everywhere.detach().masked_fill(infinite, 0.0).double().square().sum(dim=1)
        # (N, H, W) -> (N, a, h, b, w) -> (N, a, b) -> (N, a*s + b)
        norms, infinities = (
            values[:, rows][:, :, :, columns].sum(dim=(2, 4)).flatten(1)
            for values in (energy, infinite.sum(dim=1))
        )
        # of several infinite norms the one with most infinities, then the largest of what is left
        fewer = infinities < infinities.amax(dim=1, keepdim=True)
        best = norms.masked_fill(fewer, -1.0).argmax(dim=1)
        return rows[best // self.stride], columns[best % self.stride]

    def _phases(self, n: int, device: torch.device) -> Tensor:
        """Rows of each phase: (s, h)."""
        index = torch.arange(positions(n, self.size, self.stride), device=device)
        phase = torch.arange(self.stride, device=device)
        return (phase[:, None] + self.stride * index) % n
