"""How the last feature map (N, C, H, W) becomes a vector (N, F)."""

from collections.abc import Callable
from math import inf, log, sqrt

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Head
from core.catalog.heads import pyramid_levels
from core.catalog.poolings.learned import GEM_EXPONENT, GEM_SMALLEST, LSE_SHARPNESS
from core.network.maps import MapModule, within_range

SIMPOOL_EXPONENT = 2.0
"""gamma, the authors' choice for convolutional networks"""
SIMPOOL_SMALLEST = 1e-6
"""what SimPool adds to its values before the power, as its authors do"""
SIMPOOL_INFINITY = 1e6
"""an infinity counts as this many times the largest finite value of its map"""
SIMPOOL_SCALE = 1e12
"""largest factor by which SimPool scales scores back up: their softmax selects by then"""
ROOT_SOFTENING = 1e-8
"""added under bilinear's root, whose slope at 0 it bounds by 10,000"""
LEAST_NORM = 1e-12
"""added to bilinear's norm, which is 0 for a map of zeros"""


class HeadModule(MapModule):
    """The base class of heads: all are built with the number of channels of their map."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels


class GlobalAveragePool(HeadModule):
    """f_c = mean over the map of x_c. Lin, Chen, Yan 2013, Network in network."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.mean(dim=(2, 3))


class GlobalMaxPool(HeadModule):
    """f_c = max over the map of x_c. Oquab et al. 2015. Ties share the gradient (amax)."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.amax(dim=(2, 3))


class GlobalAverageAndMaxPool(HeadModule):
    """f = (mean over the map of x_c for every c, then max over the map of x_c for every c)."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, 2*C)."""
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class GlobalPowerMeanPool(HeadModule):
    """f_c = (mean over the map of max(x_c, eps)^p)^(1/p), one learned p, from p = 3.

    Limits, eps and log p as in the pooling operator gem. Radenovic, Tolias, Chum 2019.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.log_p = nn.Parameter(torch.tensor(log(GEM_EXPONENT)))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        p = self.log_p.exp()
        logs = x.flatten(2).clamp(min=GEM_SMALLEST).log()
        return ((torch.logsumexp(p * logs, dim=2) - log(logs.shape[2])) / p).exp()


class SpatialPyramidPool(HeadModule):
    """f = max of x_c over each bin of a 1 x 1, a 2 x 2 and a 4 x 4 grid, level by level.

    A level is left out where the map has fewer rows or columns than the level has bins. Bin i of
    l has rows floor(i*H/l) to ceil((i + 1)*H/l) - 1, so neighbours share a row where l does not
    divide H. Ties as for max. He et al. 2015.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C * (1 + 4 + 16)) or less on a small map."""
        levels = pyramid_levels(x.shape[2], x.shape[3])
        return torch.cat([F.adaptive_max_pool2d(x, level).flatten(1) for level in levels], dim=1)


class Flatten(HeadModule):
    """f = every value of the map, channel by channel, row by row."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C*H*W), in this order whatever the memory layout."""
        return x.flatten(1)


class GlobalAttentionPool(HeadModule):
    """f = sum over positions i of a_i * x_i, a = softmax over i of q . x_i / sqrt(C), q learned.

    x_i: the C values at a position; q: C learned numbers, the query. q starts at 0, where f is GAP;
    its gradient there is not 0. A long q gives the values at the best match, equal matches sharing.
    One attention head without positional embedding, so that f does not depend on where values are.
    Keys and values are the map itself: a key projection W_k is part of q (q . W_k x = W_k^T q . x),
    a value projection part of the dense layer after the head, so MAP with one attention head can
    express nothing more. Lee et al. 2019 (PMA with one seed); Zhai et al. 2022 (MAP). CLIP's
    AttentionPool2d takes its query from the mean, as simpool does.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.query = nn.Parameter(torch.zeros(channels))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return (x.flatten(2) * self._weights(x)).sum(dim=2)

    def at_edges(self, x: Tensor) -> Tensor:
        """A weight of exactly 0 ignores an infinity, instead of making it NaN."""
        weights = self._weights(within_range(x))
        return (x.flatten(2).masked_fill(weights == 0, 0.0) * weights).sum(dim=2)

    def _weights(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, 1, H*W)."""
        query = self.query.to(x.dtype) / sqrt(self.channels)
        return torch.softmax(query @ x.flatten(2), dim=1)[:, None]


class DenseInPrecision(nn.Linear):
    """A dense layer that computes in the precision of its input, whatever that of its weights."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C')."""
        return F.linear(x, self.weight.to(x.dtype))


class SimPool(HeadModule):
    """f_c = (sum over positions i of a_i * v_ic^gamma)^(1/gamma), gamma = 2.

    a: softmax over i of (W_q u) . (W_k x_i) / sqrt(C), with u the mean of the C values x_i over the
    map; v = x - min x + eps, the minimum over all channels and positions of the map, eps = 1e-6.
    W_q and W_k: learned, C x C without biases, drawn like other dense layers. gamma is fixed: 1
    would give a mean, infinity the largest value of positive weight. Values that tie with the
    minimum share its gradient (amin). A constant map gives eps. One attention head, no positional
    embedding. Psomas et al. 2023, with the authors' gamma for convolutional networks. Two things
    differ from their code: keys and values are not layer-normalised, because the formula has no
    such step, and the minimum is taken per image instead of per batch, because an answer would
    otherwise depend on the other images. timm's SimPool2d takes it per channel.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.query = DenseInPrecision(channels, channels, bias=False)
        self.key = DenseInPrecision(channels, channels, bias=False)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        positions = x.flatten(2).transpose(1, 2)
        weights = torch.softmax(self._scores(positions), dim=2)
        values = positions - positions.amin(dim=(1, 2), keepdim=True) + SIMPOOL_SMALLEST
        return (weights @ values.pow(SIMPOOL_EXPONENT))[:, 0].pow(1 / SIMPOOL_EXPONENT)

    def at_edges(self, x: Tensor) -> Tensor:
        """Scaled to the largest finite value; a weight of exactly 0 ignores an infinity."""
        positions = x.flatten(2).transpose(1, 2)
        finite = positions.detach().masked_fill(positions.isinf(), 0.0).abs()
        scale = finite.amax(dim=(1, 2), keepdim=True).clamp(min=1.0)
        unit = (positions / scale).clamp(-SIMPOOL_INFINITY, SIMPOOL_INFINITY)
        growth = scale.clamp(max=SIMPOOL_SCALE).square()
        weights = torch.softmax(growth * self._scores(unit), dim=2)
        values = unit - unit.amin(dim=(1, 2), keepdim=True) + SIMPOOL_SMALLEST / scale
        mean = (weights @ values.pow(SIMPOOL_EXPONENT)).pow(1 / SIMPOOL_EXPONENT)
        above = (positions - positions.amin(dim=(1, 2), keepdim=True)) == inf
        reached = (above & (weights.transpose(1, 2) > 0)).any(dim=1)
        return (mean * scale)[:, 0].masked_fill(reached, inf)

    def _scores(self, positions: Tensor) -> Tensor:
        """positions: (N, H*W, C) -> (N, 1, H*W)."""
        query: Tensor = self.query(positions.mean(dim=1, keepdim=True))
        keys: Tensor = self.key(positions)
        return query @ keys.transpose(1, 2) / sqrt(self.channels)


class GlobalLogSumExpPool(HeadModule):
    """f_c = (1/r) * log((1/n) * sum over the map of exp(r*x_c)), one learned r, from r = 5.

    n: number of positions. Limits, ties and log r as in the pooling operator learned-lse.
    Pinheiro & Collobert 2015; timm's LsePlus2d learns r itself, from 10.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.log_r = nn.Parameter(torch.tensor(log(LSE_SHARPNESS)))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        r = self.log_r.exp()
        values = x.flatten(2)
        return (torch.logsumexp(r * values, dim=2) - log(values.shape[2])) / r


class GlobalMeanOfAverageAndMaxPool(HeadModule):
    """f_c = (mean over the map of x_c + max over the map of x_c) / 2.

    Ties share the gradient of the max (amax). As timm's AdaptiveAvgMaxPool2d, and the pooling
    operator mixed before training.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return (x.mean(dim=(2, 3)) + x.amax(dim=(2, 3))) / 2


class BilinearPool(HeadModule):
    """f_cd = sign(m_cd) * sqrt(|m_cd| / sum over all c, d of |m_cd|) for every c <= d.

    m_cd = mean over the map of x_c * x_d: the outer product of the values at a position, averaged,
    of which the signed square root is divided by its l2 norm, that of all C*C values. m is
    symmetric, so each pair is passed on once: C*(C + 1)/2 values, row by row of the upper triangle.
    No limit is set to their number. f does not change where the map is multiplied by a number.
    The root is m / sqrt(|m| + eps) with m already divided by the sum and eps = 1e-8, so that the
    gradient at 0, where ReLU has closed a channel, is finite; 1e-12 is added to the sum, so that a
    map of zeros gives zeros. Infinite values are taken to grow alike: all others then count as 0.
    Lin, RoyChowdhury, Maji 2015, with one network for both factors.
    """

    pairs: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        rows, columns = torch.triu_indices(channels, channels)
        # it follows from the number of channels, so weights are stored without it
        self.register_buffer("pairs", rows * channels + columns, persistent=False)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C*(C + 1)/2)."""
        values = x.flatten(2)
        products = (values @ values.transpose(1, 2) / values.shape[2]).flatten(1)
        norm = products.abs().sum(dim=1, keepdim=True) + LEAST_NORM
        shares = products.index_select(1, self.pairs) / norm
        return shares / (shares.abs() + ROOT_SOFTENING).sqrt()

    def at_edges(self, x: Tensor) -> Tensor:
        """Scaled to the largest value; beside an infinity, what is finite counts as 0."""
        largest = x.detach().abs().amax(dim=(1, 2, 3), keepdim=True)
        signs = x.detach().sign().masked_fill(x.isfinite(), 0.0)
        scaled = x / largest.masked_fill(largest == 0, 1.0)
        return self.compute(torch.where(largest == inf, signs, scaled))


HEAD_MODULES: dict[Head, Callable[[int], nn.Module]] = {
    Head.GAP: GlobalAveragePool,
    Head.GMP: GlobalMaxPool,
    Head.GAP_GMP: GlobalAverageAndMaxPool,
    Head.GEM: GlobalPowerMeanPool,
    Head.SPP: SpatialPyramidPool,
    Head.FLATTEN: Flatten,
    # its 1x1 convolution is a layer of its own, "head.squeeze"
    Head.FLATTEN_MATCHED: Flatten,
    Head.ATTENTION: GlobalAttentionPool,
    Head.SIMPOOL: SimPool,
    Head.LSE: GlobalLogSumExpPool,
    Head.AVG_MAX: GlobalMeanOfAverageAndMaxPool,
    Head.BILINEAR: BilinearPool,
}
"""head -> its module, built with the number of channels"""
