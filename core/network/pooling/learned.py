"""Operators with learned parameters that still read their window value by value.

Each starts as a known operator: mixed and gated halfway between max and average, gem with
exponent 3, lip and tree as average, learned-lse as lse, adapool halfway between its two parts.
"""

from math import inf, log

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Padding, Pooling
from core.catalog.poolings.learned import GEM_EXPONENT, GEM_SMALLEST, LSE_SHARPNESS
from core.network.maps import within_range
from core.network.pooling.fixed import SoftPool
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool, windows

IMPORTANCE = 12.0
"""upper bound of the logarithm of LIP's weights, as in its authors' code"""


@operator(Pooling.MIXED)
class MixedPool(WindowPool):
    """y = g * max + (1 - g) * average with g = sigmoid(a), one learned a per layer.

    a starts at 0, so g at 1/2. a to infinity gives max, to minus infinity average. Ties of max as
    for max. Lee, Gallagher, Tu 2016 (mixed, one proportion per layer).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.a = nn.Parameter(torch.zeros(()))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        proportion = torch.sigmoid(self.a)
        largest = F.max_pool2d(x, self.size, self.stride)
        mean = F.avg_pool2d(x, self.size, self.stride)
        return proportion * largest + (1 - proportion) * mean


@operator(Pooling.GATED)
class GatedPool(WindowPool):
    """y = g * max + (1 - g) * average with g = sigmoid(sum over W of v_i * x_i).

    v: a learned mask of k x k weights per layer, the same for every channel, starting at 0, so g
    at 1/2. Unlike mixed, each window has its own g. Ties of max as for max.
    Lee, Gallagher, Tu 2016 (gated, one mask per layer).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.mask = nn.Parameter(torch.zeros(size * size))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        gate = self._gate(x)
        largest = F.max_pool2d(x, self.size, self.stride)
        mean = F.avg_pool2d(x, self.size, self.stride)
        return gate * largest + (1 - gate) * mean

    def at_edges(self, x: Tensor) -> Tensor:
        """A share of exactly 0 ignores an infinity, instead of making it NaN."""
        gate = self._gate(within_range(x))
        largest = F.max_pool2d(x, self.size, self.stride)
        mean = F.avg_pool2d(x, self.size, self.stride)
        kept, rest = largest.masked_fill(gate == 0, 0.0), mean.masked_fill(gate == 1, 0.0)
        return gate * kept + (1 - gate) * rest

    def _gate(self, x: Tensor) -> Tensor:
        values = windows(x, self.size, self.stride)
        return torch.sigmoid((self.mask.view(-1, 1, 1, 1, 1) * values).sum(dim=0))


@operator(Pooling.GEM)
class PowerMeanPool(WindowPool):
    """y = ((1/n) * sum over W of max(x_i, eps)^p)^(1/p), one learned p per layer, from p = 3.

    p to infinity gives max, p = 1 average, p to 0 the geometric mean, of values from eps = 1e-6
    up; smaller and negative ones count as eps and get no gradient. What is learned is log p, so
    that p stays positive; weight decay pulls towards average. Computed as
    exp(log-mean-exp(p * log x) / p), which is shifted by its maximum: finite for any p > 0.
    Radenovic, Tolias, Chum 2019 (generalised mean).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.log_p = nn.Parameter(torch.tensor(log(GEM_EXPONENT)))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        p = self.log_p.exp()
        logs = windows(x, self.size, self.stride).clamp(min=GEM_SMALLEST).log()
        return ((torch.logsumexp(p * logs, dim=0) - log(self.size**2)) / p).exp()


@operator(Pooling.LIP)
class LocalImportancePool(WindowPool):
    """y = sum over W of exp(l_i) * x_i / sum over W of exp(l_i), l = 12 * sigmoid(conv1x1(x)).

    l: importance of a place in a channel, based on all channels there. The 1x1 convolution starts
    at 0, where y is the average; weights differ by a factor of at most exp(12), so nothing
    overflows. Gao, Wang, Wu 2019, in the projection form and without its instance norm, whose
    statistics would make every output depend on the whole map.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.projection = nn.Parameter(torch.zeros(channels, channels, 1, 1))
        self.offset = nn.Parameter(torch.zeros(channels))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return self._mean(x, x)

    def at_edges(self, x: Tensor) -> Tensor:
        """An infinity has the largest importance, instead of one that is NaN."""
        return self._mean(x, within_range(x))

    def _mean(self, x: Tensor, seen: Tensor) -> Tensor:
        projection, offset = self.projection.to(x.dtype), self.offset.to(x.dtype)
        importance = IMPORTANCE * torch.sigmoid(F.conv2d(seen, projection, offset))
        weights = importance.exp()
        weighted = F.avg_pool2d(weights * x, self.size, self.stride)
        return weighted / F.avg_pool2d(weights, self.size, self.stride)


@operator(Pooling.TREE)
class TreePool(WindowPool):
    """y = g * sum v_i * x_i + (1 - g) * sum w_i * x_i with g = sigmoid(sum u_i * x_i), all over W.

    The tree of two levels: two leaves with a learned mask each, v and w, and the gate u of their
    parent, k x k weights per layer and the same for every channel. The paper draws the masks; here
    they start as 1/n, tilted by half in opposite directions so that the leaves can part, and u at
    0: as average. Lee, Gallagher, Tu 2016 (tree, one per layer).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        cells = size * size
        tilt = torch.linspace(-0.5, 0.5, cells) if cells > 1 else torch.zeros(1)
        self.leaves = nn.Parameter(torch.stack([1 + tilt, 1 - tilt]) / cells)
        self.gate = nn.Parameter(torch.zeros(cells))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        return self._mix(values, self._share(values))

    def at_edges(self, x: Tensor) -> Tensor:
        """A share of exactly 0 makes nothing of an infinity."""
        values = windows(x, self.size, self.stride)
        return self._mix(values, self._share(within_range(values)), shut=True)

    def _share(self, values: Tensor) -> Tensor:
        return torch.sigmoid(_masked_sum(self.gate, values))

    def _mix(self, values: Tensor, share: Tensor, *, shut: bool = False) -> Tensor:
        left, right = (_masked_sum(mask, values) for mask in self.leaves)
        if shut:
            left, right = left.masked_fill(share == 0, 0.0), right.masked_fill(share == 1, 0.0)
        return share * left + (1 - share) * right


def _masked_sum(mask: Tensor, values: Tensor) -> Tensor:
    """Sum over the window of mask (n,) times values (n, N, C, h, w)."""
    return (mask.to(values.dtype).view(-1, 1, 1, 1, 1) * values).sum(dim=0)


@operator(Pooling.LEARNED_LSE)
class LearnedLogSumExpPool(WindowPool):
    """y = (1/r) * log((1/n) * sum over W of exp(r*x_i)), one learned r per layer, from r = 5.

    As lse, whose sharpness is fixed: r to infinity gives max, r to 0 average. What is learned is
    log r, so that r stays positive; weight decay pulls r towards 1.
    Pinheiro & Collobert 2015; with r learned as in timm's LsePlus2d, which learns r itself.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.log_r = nn.Parameter(torch.tensor(log(LSE_SHARPNESS)))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        r = self.log_r.exp()
        values = windows(x, self.size, self.stride)
        return (torch.logsumexp(r * values, dim=0) - log(self.size**2)) / r


@operator(Pooling.ADAPOOL)
class AdaptivePool(WindowPool):
    """y = b * sum s_i * x_i + (1 - b) * sum t_i * x_i over W, b = sigmoid(a), one learned a.

    s: softmax over W of the Dice-Sorensen coefficient of each value and the window's mean m,
    2 * |m * x_i| / (m^2 + x_i^2), 1 where both are 0: near the mean counts more (its eDSC). t:
    softmax over W of x_i, as in soft (its eMax). a starts at 0, so b at 1/2; the authors learn one
    b per place of the output and clip it, which would tie the layer to one size of map.
    Stergiou & Poppe 2023, AdaPool.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.a = nn.Parameter(torch.zeros(()))
        self.soft = SoftPool(channels, size, stride, mode)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        return self._mix(_near_the_mean(values, values), self.soft.compute(x))

    def at_edges(self, x: Tensor) -> Tensor:
        """The coefficient does not depend on scale; an infinity is what a mean makes of it."""
        values = windows(x, self.size, self.stride)
        largest = values.detach().abs().amax(dim=0)
        unit = largest.masked_fill((largest == 0) | (largest == inf), 1.0)
        near = _near_the_mean(values, values / unit)
        near = torch.where(largest == inf, values.mean(dim=0), near)
        return self._mix(near, self.soft.at_edges(x))

    def _mix(self, near: Tensor, soft: Tensor) -> Tensor:
        share = torch.sigmoid(self.a)
        return share * near + (1 - share) * soft


def _near_the_mean(values: Tensor, scaled: Tensor) -> Tensor:
    """Values (n, ...) weighted by the likeness of `scaled` to its mean."""
    mean = scaled.mean(dim=0, keepdim=True)
    squares = mean.square() + scaled.square()
    empty = squares == 0
    likeness = (2 * (mean * scaled).abs() / squares.masked_fill(empty, 1.0)).masked_fill(empty, 1.0)
    return (torch.softmax(likeness, dim=0) * values).sum(dim=0)
