"""What does an operator do to a few numbers? Its windows, outputs, gradient, and simple tests.

Computed with numpy where it is asked, in milliseconds. `core.analyses.autograd` has the same from
the operators used in training; tests hold the two against each other.
"""

from collections.abc import Callable, Sequence

import numpy as np

from core.analyses import rules
from core.analyses.hand import Additivity, ByHand, Grid, Numbers, Worked
from core.analyses.pools import chosen_starts, pooled
from core.analyses.reading import Cell, Places, Windows
from core.analyses.trace import Shape, Trace, padded
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.errors import ConfigError
from core.network import Window, reading_window

LEAST_LINE_SIDE = 8
"""smallest side of the pictures of the line test"""
SUM_ROUNDING = 1e-9
"""sums of numbers of magnitude one that differ by less count as equal"""

Applied = Callable[[Pooling, Numbers, Shape, int, Cell | None], tuple[Numbers, Numbers]]
"""Applies an operator to numbers (H, W), with rows and columns added on each side; gives its
outputs and the gradient of their sum, or of one of them."""


def with_numpy(
    pooling: Pooling, inputs: Numbers, shape: Shape, padding: int, cell: Cell | None
) -> tuple[Numbers, Numbers]:
    """Apply an operator by its rules; see `Applied`."""
    trace = pooled(pooling, inputs.astype(float), shape, padding)
    sent = np.full_like(trace.map, float(cell is None))
    if cell is not None:
        sent[cell] = 1
    return trace.map, trace.back(sent)


def work(  # noqa: PLR0913, PLR0917 (the arguments of a pool, where to begin, and who applies it)
    pooling: Pooling,
    inputs: Numbers,
    size: int,
    stride: int,
    padding: int = 0,
    cell: Cell | None = None,
    *,
    mode: Padding = Padding.ZEROS,
    by: Applied = with_numpy,
) -> Worked:
    """Apply an operator in evaluation mode and send a gradient back through it.

    Args:
        pooling: the operator; a learned one is used untrained.
        inputs: (H, W).
        size: side of the window.
        stride: distance between windows.
        padding: rows and columns added on each side.
        cell: row and column of the output whose gradient is taken; None for the sum of all.
        mode: what is added.
        by: what applies the operator.

    Raises:
        ConfigError: the window is larger than the grid.
    """
    _check(size, padding, inputs.shape)
    outputs, gradient = by(pooling, inputs, Shape(size, stride, mode), padding, cell)
    read = windows(pooling, inputs, size, stride, padding, mode)
    return Worked(pooling, inputs, outputs, gradient, read, cell)


def shares(pooling: Pooling, grid: Grid) -> Numbers:
    """What each output alone sends back to each number, row by row: (h * w, H * W)."""
    shape = Shape(grid.size, grid.stride, grid.mode)
    return pooled(pooling, grid.numbers.astype(float), shape, grid.padding).shares()


def windows(  # noqa: PLR0913, PLR0917 (the arguments of a pool)
    pooling: Pooling,
    inputs: Numbers,
    size: int,
    stride: int,
    padding: int = 0,
    mode: Padding = Padding.ZEROS,
) -> Windows:
    """The cells that each output of an operator reads, on this grid.

    Those of operators that choose their grid (aps, lps, fractional-max) are the chosen ones; the
    windows of the others are those from which receptive fields are computed.

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
    rows, columns = _lines(pooling, inputs, Shape(size, stride, mode), padding)
    if mode is Padding.CIRCULAR:
        return Windows((rows - padding) % height, (columns - padding) % width, (height, width))
    return Windows(rows - padding, columns - padding, (height, width), padding)


def _lines(pooling: Pooling, inputs: Numbers, shape: Shape, padding: int) -> tuple[Places, Places]:
    """The rows and columns that each output reads, counted on the padded grid."""
    entry, size = POOLINGS[pooling], shape.size
    sides = [side + 2 * padding for side in inputs.shape]
    starts = chosen_starts(pooling, padded(Trace(inputs.astype(float)), padding, shape), shape)
    if starts is None and entry.whole_map:
        rows, columns = (np.tile(np.arange(side), (len(shape.starts(side)), 1)) for side in sides)
        return rows, columns
    reach, wraps = size, entry.cyclic
    if starts is None:
        window = reading_window(entry, Window(size, shape.stride))
        starts = [shape.starts(side) - window.before for side in sides]
        reach, wraps = window.size, shape.wraps
    rows, columns = (
        (first[:, None] + np.arange(reach)) % side if wraps else first[:, None] + np.arange(reach)
        for first, side in zip(starts, sides, strict=True)
    )
    return rows, columns


def middle(windows: Windows) -> tuple[int, int]:
    """Row and column of the output in the middle, or just after it."""
    rows, columns = windows.shape
    return rows // 2, columns // 2


def _check(size: int, padding: int, grid: tuple[int, ...]) -> None:
    """Refuse a window that is larger than the grid.

    Raises:
        ConfigError: it is.
    """
    if min(grid) + 2 * padding < size:
        raise ConfigError(
            f"the window has {size} × {size} cells and the grid {grid[0]} × {grid[1]}; use a "
            f"smaller window or more padding"
        )


def additivity(  # noqa: PLR0913 (the arguments of a pool, and who applies it)
    pooling: Pooling,
    inputs: Numbers,
    size: int,
    stride: int,
    *,
    mode: Padding = Padding.ZEROS,
    by: Applied = with_numpy,
) -> Additivity:
    """Compare f(x + y) with f(x) + f(y), where y is the grid rotated by 90 degrees.

    A convolution is additive, because it is linear. If the grid is not square, y is x upside down.
    """
    other = np.rot90(inputs).copy() if inputs.shape[0] == inputs.shape[1] else inputs[::-1].copy()
    one, two, both = (
        work(pooling, grid, size, stride, mode=mode, by=by).outputs
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
    weights = rules.linear(np.full(size * size, 1 / size**2))
    starts = [Shape(size, stride).starts(side)[:, None] + np.arange(size) for side in inputs.shape]
    return Trace(inputs.astype(float)).slide(weights, *starts).map


def contrast_kept(
    pooling: Pooling, size: int, stride: int, *, light: bool, by: Applied = with_numpy
) -> float:
    """The contrast of a line one pixel wide after pooling, as a fraction of its contrast before.

    Args:
        pooling: the operator.
        size: side of the window.
        stride: distance between windows.
        light: True for a light line on a dark ground, False for the negative.
        by: what applies the operator.

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
    worked = work(pooling, picture, size, stride, by=by)
    inner = worked.outputs[worked.windows.within]
    return float(inner.max() - inner.min())


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
        {pooling: shares(pooling, grid) for pooling in poolings},
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
