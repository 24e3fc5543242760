"""What does an operator do to a few numbers? Its windows, outputs, gradient, and simple tests.

All results come from the operators used in training, never from a second implementation.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from core.analyses.hand import Additivity, ByHand, Grid, Numbers, Worked
from core.analyses.reading import Places, Windows
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.errors import ConfigError
from core.network import Window
from core.network.build import initialise
from core.network.description import reading_window
from core.network.pooling import make_margins, make_pooling
from core.network.pooling.antialiased import PolyphasePool
from core.network.pooling.sampled import FractionalMaxPool

LEAST_LINE_SIDE = 8
"""smallest side of the pictures of the line test"""
SUM_ROUNDING = 1e-9
"""sums of numbers of magnitude one that differ by less count as equal"""


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
    """Apply an operator in evaluation mode and backpropagate through it.

    Args:
        pooling: the operator; a learned one is used untrained.
        inputs: (H, W).
        size: side of the window.
        stride: distance between windows.
        padding: rows and columns added on each side.
        cell: row and column of the output whose gradient is taken; None for the sum of all.
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
    """The cells that each output of an operator reads, on this grid.

    Operators that choose their grid (aps, fractional-max) report it; the windows of the others
    are those from which receptive fields are computed.

    Args:
        pooling: the operator.
        inputs: (H, W).
        size: side of the window.
        stride: distance between windows.
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


def _lines(  # noqa: PLR0913, PLR0917 (the arguments of a pool)
    pooling: Pooling, inputs: Numbers, size: int, stride: int, padding: int, mode: Padding
) -> tuple[Places, Places]:
    """The rows and columns that each output reads, counted on the padded grid."""
    sides = [side + 2 * padding for side in inputs.shape]
    pool = _untrained(pooling, size, stride, mode)
    if isinstance(pool, PolyphasePool | FractionalMaxPool):
        x = torch.tensor(inputs, dtype=torch.float64)[None, None]
        corners = pool.starts(make_margins(padding, padding, mode)(x))
        starts = [each[0].numpy() for each in corners]
        reach, wraps = size, isinstance(pool, PolyphasePool)
    elif POOLINGS[pooling].whole_map:
        rows, columns = (
            np.tile(np.arange(side), ((side - size) // stride + 1, 1)) for side in sides
        )
        return rows, columns
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
    """Row and column of the output in the middle, or just after it."""
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
    pool = _untrained(pooling, size, stride, mode)
    if POOLINGS[pooling].downsampling is not Downsampling.POOL:
        # what does nothing gets no padding either
        return pool
    return nn.Sequential(make_margins(padding, padding, mode), pool)


def _untrained(pooling: Pooling, size: int, stride: int, mode: Padding) -> nn.Module:
    """The operator as it starts, with the same weights whatever the grid and its padding."""
    pool = make_pooling(pooling, 1, size, stride, padding_mode=mode).double()
    initialise(pool, 0)
    return pool.eval()


def _check(size: int, padding: int, grid: tuple[int, ...]) -> None:
    if min(grid) + 2 * padding < size:
        raise ConfigError(
            f"the window has {size} × {size} cells and the grid {grid[0]} × {grid[1]}; use a "
            f"smaller window or more padding"
        )


def additivity(
    pooling: Pooling, inputs: Numbers, size: int, stride: int, *, mode: Padding = Padding.ZEROS
) -> Additivity:
    """Compare f(x + y) with f(x) + f(y), where y is the grid rotated by 90 degrees.

    A convolution is additive, because it is linear. If the grid is not square, y is x upside down.
    """
    other = np.rot90(inputs).copy() if inputs.shape[0] == inputs.shape[1] else inputs[::-1].copy()
    one, two, both = (
        work(pooling, grid, size, stride, mode=mode).outputs
        for grid in (inputs, other, inputs + other)
    )
    apart = one + two
    gaps = np.abs(both - apart)
    # rounding errors grow with the numbers
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
    """Average pooling computed as a convolution whose weights are all 1/k²."""
    weight = torch.full((1, 1, size, size), 1 / size**2, dtype=torch.float64)
    x: Tensor = torch.tensor(inputs, dtype=torch.float64)[None, None]
    outputs: Numbers = nn.functional.conv2d(x, weight, stride=stride)[0, 0].numpy()
    return outputs


def contrast_kept(pooling: Pooling, size: int, stride: int, *, light: bool) -> float:
    """The contrast of a line one pixel wide after pooling, as a fraction of its contrast before.

    Args:
        pooling: the operator.
        size: side of the window.
        stride: distance between windows.
        light: True for a light line on a dark ground, False for the negative.

    Returns:
        Largest minus smallest output, over outputs that read nothing beyond the border; the
        contrast of the line itself is 1.
    """
    # far enough from the border for every window that holds the line, and for one that does not
    place = stride * max(2, -(-size // stride))
    side = max(LEAST_LINE_SIDE, place + 2 * stride + 2 * size)
    picture = np.zeros((side, side))
    picture[:, place] = 1.0
    if not light:
        picture = 1 - picture
    worked = work(pooling, picture, size, stride)
    inner = [
        float(value)
        for output, value in np.ndenumerate(worked.outputs)
        if worked.windows.within(output)
    ]
    return max(inner) - min(inner)


def by_hand(poolings: Sequence[Pooling], grid: Grid, *, single: bool) -> ByHand:
    """All that the page By hand shows of some operators on a grid.

    Args:
        poolings: the operators.
        grid: the numbers and the windows over them.
        single: whether gradients come from the output in the middle, not from all.

    Raises:
        ConfigError: the window is larger than the grid.
    """
    pool = grid.size, grid.stride, grid.padding
    worked = []
    for pooling in poolings:
        cell = middle(windows(pooling, grid.numbers, *pool, grid.mode)) if single else None
        worked.append(work(pooling, grid.numbers, *pool, cell, mode=grid.mode))
    average = work(Pooling.AVERAGE, grid.padded, grid.size, grid.stride).outputs
    convolved = as_convolution(grid.padded, grid.size, grid.stride)
    return ByHand(
        tuple(worked),
        windows(Pooling.AVERAGE, grid.numbers, *pool, grid.mode),
        {
            pooling: additivity(pooling, grid.padded, grid.size, grid.stride, mode=grid.mode)
            for pooling in poolings
        },
        float(np.abs(average - convolved).max()),
        {
            pooling: (
                contrast_kept(pooling, grid.size, grid.stride, light=True),
                contrast_kept(pooling, grid.size, grid.stride, light=False),
            )
            for pooling in poolings
        },
    )
