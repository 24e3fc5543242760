"""How the last feature map (N, C, H, W) becomes a vector (N, F)."""

from collections.abc import Callable
from math import log

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.catalog import Head
from core.catalog.heads import pyramid_levels
from core.catalog.poolings.learned import GEM_EXPONENT, GEM_SMALLEST
from core.network.maps import MapModule


class GlobalAveragePool(MapModule):
    """f_c = mean over the map of x_c. Lin, Chen, Yan 2013, Network in network."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.mean(dim=(2, 3))


class GlobalMaxPool(MapModule):
    """f_c = max over the map of x_c. Oquab et al. 2015. Ties share the gradient (amax)."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.amax(dim=(2, 3))


class GlobalAverageAndMaxPool(MapModule):
    """f = (mean over the map of x_c for every c, then max over the map of x_c for every c)."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, 2*C)."""
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


class GlobalPowerMeanPool(MapModule):
    """f_c = (mean over the map of max(x_c, eps)^p)^(1/p), one learned p, from p = 3.

    Limits, eps and log p as in the pooling operator gem. Radenovic, Tolias, Chum 2019.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_p = nn.Parameter(torch.tensor(log(GEM_EXPONENT)))

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        p = self.log_p.exp()
        logs = x.flatten(2).clamp(min=GEM_SMALLEST).log()
        return ((torch.logsumexp(p * logs, dim=2) - log(logs.shape[2])) / p).exp()


class SpatialPyramidPool(MapModule):
    """f = max of x_c over each bin of a 1 x 1, a 2 x 2 and a 4 x 4 grid, level by level.

    A level is left out where the map has fewer rows or columns than the level has bins. Bin i of
    l has rows floor(i*H/l) to ceil((i + 1)*H/l) - 1, so neighbours share a row where l does not
    divide H. Ties as for max. He et al. 2015.
    """

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C * (1 + 4 + 16)) or less on a small map."""
        levels = pyramid_levels(x.shape[2], x.shape[3])
        return torch.cat([F.adaptive_max_pool2d(x, level).flatten(1) for level in levels], dim=1)


class Flatten(MapModule):
    """f = every value of the map, channel by channel, row by row."""

    def compute(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C*H*W), in this order whatever the memory layout."""
        return x.flatten(1)


HEAD_MODULES: dict[Head, Callable[[], nn.Module]] = {
    Head.GAP: GlobalAveragePool,
    Head.GMP: GlobalMaxPool,
    Head.GAP_GMP: GlobalAverageAndMaxPool,
    Head.GEM: GlobalPowerMeanPool,
    Head.SPP: SpatialPyramidPool,
    Head.FLATTEN: Flatten,
    # its 1x1 convolution is a layer of its own, "head.squeeze"
    Head.FLATTEN_MATCHED: Flatten,
}
"""head -> its module"""
