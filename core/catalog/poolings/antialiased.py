"""Strategies that guard against aliasing: a low-pass filter before the stride, or a chosen grid."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import Combining, Family, PoolingEntry, PoolShape

BLUR_SIZE = 3
"""taps of the binomial filter in each direction"""


def _first_stage(shape: PoolShape) -> int:
    """Windows of the pool at stride 1, on a map padded by one row or column on each side."""
    height, width = (n + BLUR_SIZE - shape.size for n in shape.inputs)
    return shape.channels * height * width


def _blur(shape: PoolShape) -> int:
    """Nine products and eight additions per output value."""
    return shape.output_values * (2 * BLUR_SIZE**2 - 1)


def _aps_operations(shape: PoolShape) -> int:
    """Max at every position; a square and an addition per value for the norms; the largest norm."""
    return shape.input_values * (shape.cells - 1 + 2) + shape.stride**2 - 1


ANTIALIASED_ENTRIES = (
    PoolingEntry(
        name=Pooling.BLUR_MAX,
        label="Blur-max",
        family=Family.ANTI_ALIASED,
        headline=True,
        sentence="takes the max at every position and blurs before it drops any",
        reference="Zhang 2019, Making convolutional networks shift-invariant again",
        combining=Combining.AVERAGES,
        operations=lambda shape: _first_stage(shape) * (shape.cells - 1) + _blur(shape),
        reach=lambda size, stride: size + BLUR_SIZE - 1,
        lead=lambda size, stride: BLUR_SIZE // 2,
        weight=6,
    ),
    PoolingEntry(
        name=Pooling.BLUR_AVERAGE,
        label="Blur-average",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="takes the mean at every position and blurs before it drops any",
        reference="Zhang 2019, Making convolutional networks shift-invariant again",
        combining=Combining.AVERAGES,
        operations=lambda shape: _first_stage(shape) * shape.cells + _blur(shape),
        reach=lambda size, stride: size + BLUR_SIZE - 1,
        lead=lambda size, stride: BLUR_SIZE // 2,
        weight=5,
    ),
    PoolingEntry(
        name=Pooling.APS,
        label="APS",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="takes the max at every position and keeps the grid of largest norm",
        reference="Chaman & Dokmanic 2021, Truly shift-invariant convolutional neural networks",
        combining=Combining.SELECTS,
        operations=_aps_operations,
        # the chosen grid starts in one of s rows
        reach=lambda size, stride: size + stride - 1,
        channel_independent=False,
        regular_grid=False,
        cyclic=True,
        weight=50,
    ),
)
