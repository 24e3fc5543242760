"""Operators that guard against aliasing: a low-pass filter before the stride, or a chosen grid."""

from math import comb

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Padding, Pooling
from core.catalog.poolings import CONV_SIZE
from core.catalog.poolings.antialiased import BLUR_SIZE, LPS_HIDDEN
from core.network.maps import within_range
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

    What the pool gives is mirrored at its border by one row on each side, as in the paper, so that
    a constant image stays constant; with circular padding the map wraps instead. The filter then
    has as many positions as a window of side k on the map: floor((H - k)/s) + 1.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.wraps = mode is Padding.CIRCULAR
        self.blur = Blur(stride)

    def pooled(self, x: Tensor) -> Tensor:
        """The pool at stride 1: (N, C, H, W) -> (N, C, H - k + 1, W - k + 1)."""
        raise NotImplementedError

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        margin = BLUR_SIZE // 2
        if self.wraps:
            around = self.pooled(mirrored(x, margin, margin, wraps=True))
        else:
            around = mirrored(self.pooled(x), margin, margin, wraps=False)
        blurred: Tensor = self.blur(around)
        return blurred


@operator(Pooling.BLUR_MAX)
class BlurMaxPool(BlurredPool):
    """y = blur of m at the stride, m = max over the window at every place: MaxBlurPool.

    Ties of max as for max. Zhang 2019.
    """

    def pooled(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.max_pool2d(x, self.size, 1)


@operator(Pooling.BLUR_AVERAGE)
class BlurAveragePool(BlurredPool):
    """y = blur of m at the stride, m = mean over the window at every place.

    In the interior one linear filter: for k = 2 the taps (1, 3, 3, 1)/8 of ((1 + z)/2)^3. Zhang
    2019.
    """

    def pooled(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.avg_pool2d(x, self.size, 1)


@operator(Pooling.BLUR_STRIDED)
class BlurStridedPool(WindowPool):
    """y = blur of x at the stride, without a pool: a low-pass filter instead of a window.

    Behind a convolution at stride 1 and ReLU it is Zhang's replacement of a strided convolution.
    The map is mirrored at its border (with circular padding it wraps), by as many rows as it takes
    to have as many outputs as a pool of window k: floor((H - k)/s) + 1. Zhang 2019 (his second
    variant).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        extra = BLUR_SIZE - size
        self.before = -(-extra // 2)
        self.after = extra - self.before
        self.wraps = mode is Padding.CIRCULAR
        self.blur = Blur(stride)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        blurred: Tensor = self.blur(mirrored(x, self.before, self.after, wraps=self.wraps))
        return blurred


def mirrored(x: Tensor, before: int, after: int, *, wraps: bool) -> Tensor:
    """A map with one row and column more, or fewer, on each side.

    What is added mirrors the map about its border, as in the paper, or comes from the other side.
    A single row has no neighbour to mirror, so it is repeated.
    """
    sides = []
    for axis, rows in ((2, x.shape[2]), (3, x.shape[3])):
        places = torch.arange(-before, rows + after, device=x.device)
        index = (
            places % rows if wraps else (rows - 1 - (rows - 1 - places.abs()).abs()).clamp(min=0)
        )
        sides.append((axis, index))
    for axis, index in sides:
        x = x.index_select(axis, index)
    return x


class PolyphasePool(WindowPool):
    """m = max over W at every place, circular, then one of its s*s polyphase components.

    Component (a, b), 0 <= a, b < s: rows a, a + s, ... and columns b, b + s, ... of m, as many as a
    pool has, counted round the border. One component per image, for all channels alike.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        everywhere = self.everywhere(x)
        return take_grid(everywhere, *self._chosen(everywhere))

    def starts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """First rows (N, h) and columns (N, w) of the windows, which wrap around the border."""
        return self._chosen(self.everywhere(x))

    def best(self, everywhere: Tensor) -> Tensor:
        """Index a*s + b of the component that is taken: (N, C, H, W) -> (N,)."""
        raise NotImplementedError

    def everywhere(self, x: Tensor) -> Tensor:
        """Max over the window at every place: (N, C, H, W), as large as x."""
        beyond = self.size - 1
        wrapped = F.pad(x, (0, beyond, 0, beyond), mode="circular")
        return F.max_pool2d(wrapped, self.size, 1)

    def by_component(self, everywhere: Tensor) -> Tensor:
        """All components: (N, C, H, W) -> (N, s*s, C, h, w)."""
        rows, columns = (self._phases(n, everywhere.device) for n in everywhere.shape[2:])
        # (N, C, a, h, W) -> (N, C, a, h, b, w)
        parts = everywhere[:, :, rows][..., columns]
        return parts.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)

    def _chosen(self, everywhere: Tensor) -> tuple[Tensor, Tensor]:
        rows, columns = (self._phases(n, everywhere.device) for n in everywhere.shape[2:])
        best = self.best(everywhere)
        return rows[best // self.stride], columns[best % self.stride]

    def _phases(self, n: int, device: torch.device) -> Tensor:
        """Rows of each phase: (s, h)."""
        index = torch.arange(positions(n, self.size, self.stride), device=device)
        phase = torch.arange(self.stride, device=device)
        return (phase[:, None] + self.stride * index) % n


@operator(Pooling.APS)
class AdaptivePolyphasePool(PolyphasePool):
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

    def best(self, everywhere: Tensor) -> Tensor:
        """Index a*s + b of the component of largest norm of each image: (N,)."""
        infinite = everywhere.detach().isinf()
        energy = everywhere.detach().masked_fill(infinite, 0.0).double().square().sum(dim=1)
        rows, columns = (self._phases(n, everywhere.device) for n in everywhere.shape[2:])
        # (N, H, W) -> (N, a, h, b, w) -> (N, a, b) -> (N, a*s + b)
        norms, infinities = (
            values[:, rows][:, :, :, columns].sum(dim=(2, 4)).flatten(1)
            for values in (energy, infinite.sum(dim=1))
        )
        # of several infinite norms the one with most infinities, then the largest of what is left
        fewer = infinities < infinities.amax(dim=1, keepdim=True)
        return norms.masked_fill(fewer, -1.0).argmax(dim=1)


@operator(Pooling.LPS)
class LearnedPolyphasePool(PolyphasePool):
    """y = the polyphase component of m with the highest learned score, m = max at every place.

    Components are those of aps. Score: the mean of conv(ReLU(conv(component))), two learned 3x3
    convolutions, circular, so that a shifted component has the same score. In evaluation the first
    of the highest; in training y is the mean of all components, weighted by the softmax of
    score + g with g drawn from Gumbel's distribution, through which the scores learn.

    It moves with circular shifts as aps does, on the same maps, up to ties of the score.
    Rojas-Gomez et al. 2022, without lowering the temperature (1) while training.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.hidden = nn.Conv2d(channels, LPS_HIDDEN, CONV_SIZE)
        self.score = nn.Conv2d(LPS_HIDDEN, 1, CONV_SIZE)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return (
            self._mixed(self.by_component(self.everywhere(x)))
            if self.training
            else super().compute(x)
        )

    def _mixed(self, parts: Tensor) -> Tensor:
        """The mean of all components (N, s*s, C, h, w), by drawn weights."""
        draws = torch.rand(parts.shape[:2], dtype=parts.dtype, device=parts.device)
        least = torch.finfo(parts.dtype).tiny
        gumbel = -(-draws.clamp(min=least).log()).clamp(min=least).log()
        weights = torch.softmax(self._scores(parts) + gumbel, dim=1)[:, :, None, None, None]
        # a weight of exactly 0 makes nothing of an infinity
        return (weights * parts.masked_fill(weights == 0, 0.0)).sum(dim=1)

    def best(self, everywhere: Tensor) -> Tensor:
        """Index a*s + b of the component with the highest score of each image: (N,)."""
        return self._scores(self.by_component(everywhere)).argmax(dim=1)

    def _scores(self, parts: Tensor) -> Tensor:
        """(N, s*s, C, h, w) -> (N, s*s)."""
        values = within_range(parts.flatten(0, 1))
        for layer in (self.hidden, self.score):
            around = F.pad(values, (1, 1, 1, 1), mode="circular")
            # in the precision of the map: half precision would choose another component
            weight, bias = layer.weight.to(parts.dtype), layer.bias
            values = F.conv2d(around, weight, None if bias is None else bias.to(parts.dtype))
            values = F.relu(values) if layer is self.hidden else values
        return values.mean(dim=(1, 2, 3)).view(parts.shape[:2])
