"""Which tensors do operators and heads accept? Checked in one place for all of them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

HUGE = 1e15
"""far below the square root of the largest number in single precision"""


class MapModule(nn.Module):
    """A module on feature maps whose formula is in `compute`.

    A single map (C, H, W) is treated as a batch of one. Half precision is computed in single
    precision and rounded at the end, so that sums, squares and exponentials overflow only where the
    result does. Integers are refused, because their mean is not an integer.

    Attributes:
        least: smallest number of rows and columns that a map may have.
    """

    least = 1
    at_edges: Callable[[Tensor], Tensor] | None = None
    """the formula for values that are infinite, NaN, or too large to be squared, if `compute` does
    not handle them; traced and exported modules lack it"""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W), or (C, H, W) for one map; the result has the precision of x.

        Raises:
            TypeError: x does not hold floating-point numbers.
            ValueError: x is not a map, or is too small.
        """
        if not x.is_floating_point():
            raise TypeError(f"x: floating-point numbers are needed; received {x.dtype}")
        if x.dim() not in (3, 4):
            raise ValueError(
                f"x: maps (N, C, H, W) or one map (C, H, W) are needed; received a tensor of shape "
                f"{tuple(x.shape)}"
            )
        # during tracing, sizes and values are symbolic and cannot be compared
        traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        traced = traced or torch.compiler.is_compiling() or torch.compiler.is_exporting()
        if not traced and min(x.shape[-2:]) < self.least:
            raise ValueError(
                f"x: a map needs {self.least} or more rows and columns; received "
                f"{x.shape[-2]} x {x.shape[-1]}"
            )
        maps = x if x.dim() == 4 else x[None]  # noqa: PLR2004
        maps = maps.float() if x.dtype.itemsize < torch.float32.itemsize else maps
        careful = self.at_edges is not None and not traced and is_at_edges(maps)
        y = self.at_edges(maps) if careful and self.at_edges else self.compute(maps)
        return (y if x.dim() == 4 else y[0]).to(x.dtype)  # noqa: PLR2004

    def compute(self, x: Tensor) -> Tensor:
        """The formula of the module. x: (N, C, H, W) in single or double precision."""
        raise NotImplementedError


def is_at_edges(x: Tensor) -> bool:
    """Whether any value is infinite, NaN, or too large to be squared."""
    low, high = x.detach().aminmax()
    # a comparison with NaN is false
    return not bool((low > -HUGE) & (high < HUGE))


def within_range(x: Tensor) -> Tensor:
    """X clamped to plus or minus the square root of the largest number of its type.

    For the input of a learned sum followed by a sigmoid, which saturates far below the bound. A
    weight of 0 times the bound is 0, whereas 0 times infinity would be NaN.
    """
    bound = torch.finfo(x.dtype).max ** 0.5
    return x.clamp(-bound, bound)
