"""What stands in another network in place of its pools and strided convolutions."""

import torch.nn.functional as F
from torch import Tensor, nn

from core.network.layers import Window


class SwappedPool(nn.Module):
    """A strategy in the place of a pool, with as many outputs as the pool had on any map.

    Rows that the pool added are copies of the border, so that max gives what torch's own pool
    gives, which ignores what it adds; or zeros, where an average counted them.
    """

    def __init__(
        self, pool: nn.Module, window: Window, *, ceil_mode: bool = False, zeros: bool = False
    ) -> None:
        super().__init__()
        self.pool, self.window = pool, window
        self.ceil_mode, self.zeros = ceil_mode, zeros

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W), or (C, H, W) for one map."""
        before = self.window.before
        bottom, right = (self.rows_after(rows) for rows in x.shape[-2:])
        if before or bottom or right:
            margins = (before, right, before, bottom)
            x = F.pad(x, margins) if self.zeros else F.pad(x, margins, mode="replicate")
        pooled: Tensor = self.pool(x)
        return pooled

    def outputs(self, rows: int) -> int:
        """Windows on so many rows, as torch's pools count them."""
        size, stride, padding = self.window.size, self.window.stride, self.window.before
        free = rows + 2 * padding - size
        if not self.ceil_mode:
            return free // stride + 1
        outputs = -(-free // stride) + 1
        # a window begins on the map or above it, never below
        return outputs - ((outputs - 1) * stride >= rows + padding)

    def rows_after(self, rows: int) -> int:
        """Rows below the map that the windows read."""
        beyond = (self.outputs(rows) - 1) * self.window.stride + self.window.size
        return max(0, beyond - rows - self.window.before)

    def extra_repr(self) -> str:
        """The window, as `print(model)` shows it."""
        return f"padding={self.window.before}, ceil_mode={self.ceil_mode}"


class PooledConvolution(nn.Conv2d):
    """A convolution that has lost its stride to the pool behind it, and kept its weights."""

    def __init__(self, convolution: nn.Conv2d, pool: SwappedPool) -> None:
        super().__init__(
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size,  # type: ignore[arg-type]
            padding=convolution.padding,  # type: ignore[arg-type]
            dilation=convolution.dilation,  # type: ignore[arg-type]
            groups=convolution.groups,
            bias=convolution.bias is not None,
            padding_mode=convolution.padding_mode,
            device="meta",
        )
        self.weight, self.bias = convolution.weight, convolution.bias
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> what the strided convolution gave, in shape."""
        pooled: Tensor = self.pool(super().forward(x))
        return pooled
