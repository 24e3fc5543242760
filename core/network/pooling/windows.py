"""How a map is cut into windows, and how the windows of an irregular grid are taken from it."""

import torch
from torch import Tensor

from core.catalog import Padding
from core.network.maps import MapModule


class WindowPool(MapModule):
    """The base class of operators, which keeps the side k of the window and the stride s.

    The other arguments of an operator are the number of channels of its input and the padding
    mode; most operators need neither.
    """

    def __init__(
        self,
        channels: int,  # noqa: ARG002 (one signature for all)
        size: int,
        stride: int,
        mode: Padding,  # noqa: ARG002 (one signature for all)
    ) -> None:
        super().__init__()
        self.size, self.stride = size, stride
        self.least = size

    def extra_repr(self) -> str:
        """The window, as `print(model)` shows it."""
        return f"size={self.size}, stride={self.stride}"


def positions(rows: int, size: int, stride: int) -> int:
    """Number of windows on `rows` rows: floor((rows - size)/stride) + 1."""
    return (rows - size) // stride + 1


def windows(x: Tensor, size: int, stride: int) -> Tensor:
    """The values of every window: (N, C, H, W) -> (k*k, N, C, h, w), in row order.

    Made of strided slices, whose gradient is a plain addition: deterministic, and faster on a CPU
    than torch's unfold.
    """
    height, width = (positions(rows, size, stride) for rows in x.shape[2:])
    bottom, right = (height - 1) * stride + 1, (width - 1) * stride + 1
    return torch.stack(
        [
            x[:, :, i : i + bottom : stride, j : j + right : stride]
            for i in range(size)
            for j in range(size)
        ]
    )


def take_grid(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The values at the intersections of rows and columns, which differ from image to image.

    Args:
        x: (N, C, H, W).
        rows: (N, h), indices of rows.
        columns: (N, w), indices of columns.

    Returns:
        (N, C, h, w).
    """
    images, channels, _, width = x.shape
    by_row = rows[:, None, :, None].expand(images, channels, -1, width)
    kept = x.gather(2, by_row)
    by_column = columns[:, None, None, :].expand(images, channels, kept.shape[2], -1)
    return kept.gather(3, by_column)
