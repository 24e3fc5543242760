"""How the last feature map (N, C, H, W) becomes a vector (N, F)."""

from collections.abc import Callable

from torch import Tensor, nn

from core.catalog import Head


class GlobalAveragePool(nn.Module):
    """f_c = mean over the map of x_c. Lin, Chen, Yan 2013, Network in network."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.mean(dim=(2, 3))


class GlobalMaxPool(nn.Module):
    """f_c = max over the map of x_c. Oquab et al. 2015. Ties share the gradient (amax)."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C)."""
        return x.amax(dim=(2, 3))


class Flatten(nn.Module):
    """f = every value of the map, channel by channel, row by row."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C*H*W), in this order whatever the memory layout."""
        return x.flatten(1)


HEAD_MODULES: dict[Head, Callable[[], nn.Module]] = {
    Head.GAP: GlobalAveragePool,
    Head.GMP: GlobalMaxPool,
    Head.FLATTEN: Flatten,
}
"""head -> its module"""
