"""What does an operator do to a few numbers? Outputs, who gets the gradient, and simple tests.

Every figure comes from the operators that train, never from a second implementation.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.analyses.hand import Numbers, Worked
from core.catalog import POOLINGS, Downsampling, Pooling
from core.errors import ConfigError
from core.network.build import initialise
from core.network.pooling import make_pooling

LINE = 8
"""side of the pictures of the line test"""


def is_worked(pooling: Pooling) -> bool:
    """Whether the strategy is an operator on a map; strided lies in the block's convolution."""
    return POOLINGS[pooling].downsampling is not Downsampling.STRIDE


def work(  # noqa: PLR0913, PLR0917 (the arguments of a pool, and where to begin)
    pooling: Pooling,
    inputs: Numbers,
    size: int,
    stride: int,
    padding: int = 0,
    cell: tuple[int, int] | None = None,
) -> Worked:
    """Apply an operator in evaluation mode, and send gradient back.

    Args:
        pooling: which; learned ones as they start, before any training.
        inputs: (H, W).
        size: side of the window.
        stride: between windows.
        padding: rows and columns of zeros on each side.
        cell: row and column of the output that gets the gradient 1; None for all of them.

    Raises:
        ConfigError: the window is larger than the grid.
    """
    x = torch.tensor(inputs, dtype=torch.float64)[None, None].requires_grad_()
    y = _module(pooling, size, stride, padding, inputs.shape)(x)
    (y.sum() if cell is None else y[0, 0, cell[0], cell[1]]).backward()
    grad = x.grad if x.grad is not None else torch.zeros_like(x)
    return Worked(pooling, inputs, y.detach()[0, 0].numpy(), grad[0, 0].numpy())


def _module(
    pooling: Pooling, size: int, stride: int, padding: int, grid: tuple[int, ...]
) -> nn.Module:
    if min(grid) + 2 * padding < size:
        raise ConfigError(
            f"the window has {size} × {size} cells and the grid {grid[0]} × {grid[1]}; use a "
            f"smaller window or more padding"
        )
    module = make_pooling(pooling, 1, size, stride, padding).double()
    initialise(module, 0)
    return module.eval()


@dataclass(frozen=True, slots=True)
class Additivity:
    """Whether an operator of a sum is the sum of the operators.

    Attributes:
        together: the operator of x + y, first window.
        apart: the operator of x plus that of y, first window.
        largest: largest difference over all windows.
    """

    together: float
    apart: float
    largest: float


def additivity(pooling: Pooling, inputs: Numbers, size: int, stride: int) -> Additivity:
    """Compare f(x + y) with f(x) + f(y), y the grid turned by a quarter.

    A convolution is additive: that is a part of what linear means.
    """
    other = np.rot90(inputs).copy() if inputs.shape[0] == inputs.shape[1] else inputs[::-1].copy()
    one, two, both = (
        work(pooling, grid, size, stride).outputs for grid in (inputs, other, inputs + other)
    )
    apart = one + two
    return Additivity(float(both.flat[0]), float(apart.flat[0]), float(np.abs(both - apart).max()))


def as_convolution(inputs: Numbers, size: int, stride: int) -> Numbers:
    """A convolution whose weights are all 1/k²: average pooling, computed the other way."""
    weight = torch.full((1, 1, size, size), 1 / size**2, dtype=torch.float64)
    x: Tensor = torch.tensor(inputs, dtype=torch.float64)[None, None]
    found: Numbers = nn.functional.conv2d(x, weight, stride=stride)[0, 0].numpy()
    return found


def contrast_kept(pooling: Pooling, size: int, stride: int, *, light: bool) -> float:
    """The contrast of a thin line after pooling, as a share of what it was.

    Args:
        pooling: which operator.
        size: side of the window.
        stride: between windows.
        light: a light line on a dark ground, or the negative.

    Returns:
        (largest minus smallest output away from the border) / 1.
    """
    picture = np.zeros((LINE, LINE))
    picture[:, LINE // 2] = 1.0
    if not light:
        picture = 1 - picture
    outputs = work(pooling, picture, size, stride).outputs
    inner = outputs[1:-1, 1:-1] if min(outputs.shape) > 3 else outputs[:, :]  # noqa: PLR2004
    return float(inner.max() - inner.min())
