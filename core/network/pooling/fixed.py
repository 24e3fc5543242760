"""Operators that are neither learned nor random: selections, means and norms of a window."""

from math import inf, log, nan

import torch
import torch.nn.functional as F
from torch import Tensor

from core.catalog import Padding, Pooling
from core.catalog.poolings.fixed import TOP_K
from core.catalog.poolings.learned import LSE_SHARPNESS
from core.network.maps import HUGE
from core.network.pooling.registry import operator
from core.network.pooling.windows import WindowPool, positions, windows


@operator(Pooling.MAX)
class MaxPool(WindowPool):
    """y = max over W of x_i.

    The gradient goes to the winner alone. Ties go to the first in row order, as torch does.
    Riesenhuber & Poggio 1999.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.max_pool2d(x, self.size, self.stride)


@operator(Pooling.MIN)
class MinPool(WindowPool):
    """y = min over W of x_i = -max over W of -x_i. Ties as for max.

    After ReLU most windows hold a zero, so y tends to zero. Pooling first does not help: ReLU is
    monotone, so min(ReLU(x)) = ReLU(min(x)), as for max.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return -F.max_pool2d(-x, self.size, self.stride)


@operator(Pooling.AVERAGE)
class AveragePool(WindowPool):
    """y = (1/n) * sum over W of x_i: a depthwise convolution with constant weights 1/k^2.

    LeCun et al. 1998.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return F.avg_pool2d(x, self.size, self.stride)


@operator(Pooling.MEDIAN)
class MedianPool(WindowPool):
    """y = x_(m), the value of rank m = floor((n + 1)/2) from below: for even n the lower middle.

    It selects, so the gradient goes to one value. Ties are ranked in row order (a stable sort).
    For k = 1 it is the identity; for k >= 2 a single outlier in a window is never selected.
    Tukey 1977.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride).sort(dim=0, stable=True).values
        # NaN is ranked last
        middle = values[(self.size**2 - 1) // 2]
        return middle.masked_fill(values[-1].isnan(), nan)


@operator(Pooling.LP)
class LpPool(WindowPool):
    """y = (sum over W of |x_i|^p)^(1/p) with p = 2: the Euclidean norm, a sum and not a mean.

    p: exponent; 1 gives the sum of absolute values, p to infinity the largest of them. A constant
    c gives k^(2/p) * |c|, so a 2x2 window doubles the scale. At 0, where a norm has a kink, the
    gradient is 0. The largest absolute value is taken out before raising to p, so nothing
    overflows. Sermanet, Chintala, LeCun 2012; agrees with torch's LPPool2d where x >= 0.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.p = 2.0

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        # homogeneous of degree one: the scale may be treated as a constant
        largest = values.detach().abs().amax(dim=0)
        zero = largest == 0
        scale = largest.masked_fill(zero | (largest == inf), 1.0)
        # 0/1 has no second derivative under a root, 0/inf has: then all derivatives are 0
        norm: Tensor = torch.linalg.vector_norm(
            values / scale.masked_fill(zero, inf) + zero, ord=self.p, dim=0
        )
        return (scale * norm).masked_fill(zero, 0.0)


@operator(Pooling.LSE)
class LogSumExpPool(WindowPool):
    """y = (1/r) * log((1/n) * sum over W of exp(r*x_i)), with r = 5.

    r: sharpness; r to infinity gives max, r to 0 gives average. Between them, the gradient is
    softmax(r*x). Shifted by the maximum, so it is finite for any x.
    Pinheiro & Collobert 2015.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.r = LSE_SHARPNESS

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        # torch's logsumexp shifts by the maximum
        return (torch.logsumexp(self.r * values, dim=0) - log(self.size**2)) / self.r


@operator(Pooling.SOFT)
class SoftPool(WindowPool):
    """y = sum over W of w_i * x_i with w_i = exp(x_i) / sum over W of exp(x_j).

    SoftPool depends on the scale c of its input: y(c*x)/c goes to max for c to infinity and to
    average for c to 0. Shifted by the maximum, so it is finite for any x.
    Stergiou, Poppe, Kalliatakis 2021.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        # torch's softmax shifts by the maximum
        return (torch.softmax(values, dim=0) * values).sum(dim=0)

    def at_edges(self, x: Tensor) -> Tensor:
        """Plus infinity outweighs all other values; minus infinity has no weight."""
        values = windows(x, self.size, self.stride)
        infinite = (values == inf).to(x.dtype)
        bounded = values.clamp(min=torch.finfo(x.dtype).min)
        some = infinite.amax(dim=0) > 0
        y = (torch.softmax(torch.where(some, infinite, bounded), dim=0) * bounded).sum(dim=0)
        return torch.where(some & ~y.isnan(), inf, y)


@operator(Pooling.RANK)
class RankPool(WindowPool):
    """y = sum over r of w_r * x_[r] with w_r = a*(1 - a)^(r - 1) / (1 - (1 - a)^n), a = 1/2.

    x_[r]: the r-th largest value of W. a: weight of the largest; a to 1 gives max, a to 0 gives
    average. The divisor makes the weights sum to one in a finite window. Unlike soft it does not
    depend on scale, only on order. Ties are ranked in row order (a stable sort).
    Shi, Ye, Wu 2016 (rank-based weighted pooling).
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.a = 0.5

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        ranked = values.sort(dim=0, descending=True, stable=True).values
        powers = [(1 - self.a) ** rank for rank in range(len(ranked))]
        weights = ranked.new_tensor([power / sum(powers) for power in powers])
        return (weights.view(-1, 1, 1, 1, 1) * ranked).sum(dim=0)


@operator(Pooling.DETAIL)
class DetailPool(WindowPool):
    """y = sum w_i*x_i / sum w_i with w_i = ((x_i - m)^2 + eps^2)^(q/2), m the window's mean.

    What deviates from its surroundings counts more, bright or dark: y(-x) = -y(x). q = 1: exponent;
    q to 0 gives average, q to infinity the value furthest from the mean. eps = 0.001 keeps the
    weight of a flat window positive (then y = m) and its gradient finite.
    Weber et al. 2016; Saeedan et al. 2018 learn the exponent and an offset of the weights, which
    are fixed here so that the operator has no parameters.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.q, self.eps = 1.0, 1e-3

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        deviation = values - values.mean(dim=0)
        weights = (deviation.square() + self.eps**2) ** (self.q / 2)
        return (weights * values).sum(dim=0) / weights.sum(dim=0)

    def at_edges(self, x: Tensor) -> Tensor:
        """Scaled by the largest value if it is huge; eps then only keeps flat windows finite."""
        values = windows(x, self.size, self.stride)
        largest = values.detach().abs().amax(dim=0)
        huge = largest > HUGE
        unit = largest.masked_fill(~huge | (largest == inf), 1.0)
        scaled = values / unit
        mean = scaled.mean(dim=0)
        offset = torch.where(huge, self.eps**2 / HUGE**2, self.eps**2)
        weights = ((scaled - mean).square() + offset) ** (self.q / 2)
        y = unit * ((weights * scaled).sum(dim=0) / weights.sum(dim=0))
        return torch.where(largest == inf, mean, y)


@operator(Pooling.SUBSAMPLE)
class Subsample(WindowPool):
    """y = x_1, the first value of W in row order: a stride and nothing else.

    The baseline of every argument about aliasing: without a low-pass filter, what varies faster
    than half the rate of the grid folds onto lower frequencies. The gradient goes to that value
    alone. Shannon 1949; Zhang 2019.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        height, width = (positions(rows, self.size, self.stride) for rows in x.shape[2:])
        bottom, right = (height - 1) * self.stride + 1, (width - 1) * self.stride + 1
        return x[:, :, : bottom : self.stride, : right : self.stride]


@operator(Pooling.TOP_K)
class TopKPool(WindowPool):
    """y = (1/k) * sum of the k largest values of W, k = 2 (or n, where W holds fewer).

    k = 1 gives max, k = n average. The gradient goes to these values, 1/k to each. Ties are ranked
    in row order (a stable sort). Ozdemir 2023 (Avg-TopK); its successor T-Max-Avg adds a threshold
    above which the largest value alone counts, which is left out here.
    """

    def __init__(self, channels: int, size: int, stride: int, mode: Padding) -> None:
        super().__init__(channels, size, stride, mode)
        self.k = min(TOP_K, size**2)

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        values = windows(x, self.size, self.stride)
        return values.sort(dim=0, descending=True, stable=True).values[: self.k].mean(dim=0)
