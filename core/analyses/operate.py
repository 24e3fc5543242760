"""What does an operator do to a few numbers? Its windows, outputs, gradient, and simple tests.

Every figure comes from the operators that train, never from a second implementation.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.analyses.hand import Numbers, Worked
from core.analyses.reading import Places, Windows
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.errors import ConfigError
from core.network import Window
from core.network.build import initialise
from core.network.description import reading_window
from core.network.pooling import make_margins, make_pooling
from core.network.pooling.antialiased import AdaptivePolyphasePool
from core.network.pooling.sampled import FractionalMaxPool

LEAST_LINE_SIDE = 8
"""least side of the pictures of the line test"""
SUM_ROUNDING = 1e-9
"""sums of numbers of size one that differ by less are the same"""


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
    *,
    mode: Padding = Padding.ZEROS,
) -> Worked:
    """Apply an operator in evaluation mode, and send gradient back.

    Args:
        pooling: which; learned ones as they start, before any training.
        inputs: (H, W).
        size: side of the window.
        stride: between windows.
        padding: rows and columns added on each side.
        cell: row and column of the output that gets the gradient 1; None for all of them.
        mode: what is added.

    Raises:
        ConfigError: the window is larger than the grid.
    """
    x = torch.tensor(inputs, dtype=torch.float64)[None, None].requires_grad_()
    y = _module(pooling, size, stride, padding, mode, inputs.shape)(x)
    (y.sum() if cell is None else y[0, 0, cell[0], cell[1]]).backward()
    return Worked(
        pooling,
        inputs,
        y.detach()[0, 0].numpy(),
        (x.grad if x.grad is not None else torch.zeros_like(x))[0, 0].numpy(),
        windows(pooling, inputs, size, stride, padding, mode),
        cell,
    )


def windows(  # noqa: PLR0913, PLR0917 (the arguments of a pool)
    pooling: Pooling,
    inputs: Numbers,
    size: int,
    stride: int,
    padding: int = 0,
    mode: Padding = Padding.ZEROS,
) -> Windows:
    """Which cells each output of an operator reads, on this grid.

    Operators with a grid of their own (aps, fractional-max) are asked for it; the others read
    what receptive fields are computed from.

    Args:
        pooling: which.
        inputs: (H, W).
        size: side of the window.
        stride: between windows.
        padding: rows and columns added on each side.
        mode: what is added.

    Raises:
        ConfigError: the window is larger than the grid.
    """
    height, width = inputs.shape
    if POOLINGS[pooling].downsampling is not Downsampling.POOL:
        return Windows(np.arange(height)[:, None], np.arange(width)[:, None], (height, width))
    _check(size, padding, inputs.shape)
    rows, columns = _lines(pooling, inputs, size, stride, padding, mode)
    if mode is Padding.CIRCULAR:
        return Windows((rows - padding) % height, (columns - padding) % width, (height, width))
    return Windows(rows - padding, columns - padding, (height, width), padding)


def _lines(  # noqa: PLR0913, PLR0917 (likewise)
    pooling: Pooling, inputs: Numbers, size: int, stride: int, padding: int, mode: Padding
) -> tuple[Places, Places]:
    """The rows and columns that each output reads, counted on the padded grid."""
    sides = [side + 2 * padding for side in inputs.shape]
    pool = make_pooling(pooling, 1, size, stride, 0, mode)
    if isinstance(pool, AdaptivePolyphasePool | FractionalMaxPool):
        x = torch.tensor(inputs, dtype=torch.float64)[None, None]
        corners = pool.eval().starts(make_margins(padding, padding, mode)(x))
        starts = [each[0].numpy() for each in corners]
        reach, wraps = size, isinstance(pool, AdaptivePolyphasePool)
    else:
        window = reading_window(POOLINGS[pooling], Window(size, stride))
        counts = [(side - size) // stride + 1 for side in sides]
        starts = [np.arange(count) * stride - window.before for count in counts]
        reach, wraps = window.size, mode is Padding.CIRCULAR
    rows, columns = (
        (first[:, None] + np.arange(reach)) % side if wraps else first[:, None] + np.arange(reach)
        for first, side in zip(starts, sides, strict=True)
    )
    return rows, columns


def middle(windows: Windows) -> tuple[int, int]:
    """The output in the middle, or the first after it."""
    rows, columns = windows.shape
    return rows // 2, columns // 2


def _module(  # noqa: PLR0913, PLR0917 (the arguments of a pool, and the grid)
    pooling: Pooling,
    size: int,
    stride: int,
    padding: int,
    mode: Padding,
    grid: tuple[int, ...],
) -> nn.Module:
    _check(size, padding, grid)
    module = make_pooling(pooling, 1, size, stride, padding, mode).double()
    initialise(module, 0)
    return module.eval()


def _check(size: int, padding: int, grid: tuple[int, ...]) -> None:
    if min(grid) + 2 * padding < size:
        raise ConfigError(
            f"the window has {size} × {size} cells and the grid {grid[0]} × {grid[1]}; use a "
            f"smaller window or more padding"
        )


@dataclass(frozen=True, slots=True)
class Additivity:
    """Whether an operator of a sum is the sum of the operators.

    Attributes:
        together: the operator of x + y, in the window where the two differ most.
        apart: the operator of x plus that of y, in the same window.
        largest: the difference of the two.
        cell: row and column of that output; the first where none differs.
        holds: whether it is additive on these numbers, up to rounding.
    """

    together: float
    apart: float
    largest: float
    cell: tuple[int, int]
    holds: bool


def additivity(
    pooling: Pooling, inputs: Numbers, size: int, stride: int, *, mode: Padding = Padding.ZEROS
) -> Additivity:
    """Compare f(x + y) with f(x) + f(y), y the grid turned by a quarter.

    A convolution is additive: that is a part of what linear means.
    """
    other = np.rot90(inputs).copy() if inputs.shape[0] == inputs.shape[1] else inputs[::-1].copy()
    one, two, both = (
        work(pooling, grid, size, stride, mode=mode).outputs
        for grid in (inputs, other, inputs + other)
    )
    apart = one + two
    gaps = np.abs(both - apart)
    # what rounding leaves grows with the numbers
    holds = bool(gaps.max() < SUM_ROUNDING * max(1.0, float(np.abs(inputs).max())))
    row, column = (0, 0) if holds else map(int, np.unravel_index(gaps.argmax(), gaps.shape))
    return Additivity(
        float(both[row, column]),
        float(apart[row, column]),
        float(gaps.max()),
        (row, column),
        holds,
    )


def as_convolution(inputs: Numbers, size: int, stride: int) -> Numbers:
    """A convolution whose weights are all 1/k²: average pooling, computed the other way."""
    weight = torch.full((1, 1, size, size), 1 / size**2, dtype=torch.float64)
    x: Tensor = torch.tensor(inputs, dtype=torch.float64)[None, None]
    outputs: Numbers = nn.functional.conv2d(x, weight, stride=stride)[0, 0].numpy()
    return outputs


def contrast_kept(pooling: Pooling, size: int, stride: int, *, light: bool) -> float:
    """The contrast of a thin line after pooling, as a share of what it was.

    Args:
        pooling: which operator.
        size: side of the window.
        stride: between windows.
        light: a light line on a dark ground, or the negative.

    Returns:
        (largest minus smallest output, of those that read nothing beyond the border) / 1.
    """
    # far enough from the border for three windows of the widest reach on either side
    side = max(LEAST_LINE_SIDE, 4 * stride + 2 * size)
    picture = np.zeros((side, side))
    picture[:, 2 * stride] = 1.0
    if not light:
        picture = 1 - picture
    worked = work(pooling, picture, size, stride)
    inner = [
        float(value)
        for output, value in np.ndenumerate(worked.outputs)
        if worked.windows.within(output)
    ]
    return max(inner) - min(inner)
