"""Strategies that draw at random in training."""

from math import floor

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    Combining,
    Family,
    PoolingEntry,
    comparisons,
    weighted_mean,
)


def _earliest(index: int, rows: int, size: int, stride: int) -> int:
    """floor(a*i), with a = (rows - size + 1)/outputs rows between the windows of the grid."""
    places = rows - size + 1
    return floor(index * (places / ((rows - size) // stride + 1)))


SAMPLED_ENTRIES = (
    PoolingEntry(
        name=Pooling.STOCHASTIC,
        label="Stochastic",
        family=Family.RANDOM,
        headline=True,
        sentence="draws one value of each window, large ones more often; in evaluation their "
        "weighted mean",
        reference="Zeiler & Fergus 2013, Stochastic pooling for regularization of deep "
        "convolutional neural networks",
        combining=Combining.AVERAGES,
        # in evaluation: one comparison with zero per value makes the weights
        operations=lambda shape: shape.output_values * shape.cells + weighted_mean(shape),
        commutes_with_relu=True,
        random=True,
        weight=60,
    ),
    PoolingEntry(
        name=Pooling.FRACTIONAL_MAX,
        label="Fractional max",
        family=Family.RANDOM,
        headline=False,
        sentence="keeps the largest value of windows on a grid whose uneven steps are drawn",
        reference="Graham 2014, Fractional max-pooling",
        combining=Combining.SELECTS,
        # the grid is known before the windows are read
        operations=comparisons,
        # one output's window starts anywhere in s + 1 rows: see the operator
        reach=lambda size, stride: size + stride if stride > 1 else size,
        start=_earliest,
        at_stride_1=Pooling.MAX,
        commutes_with_relu=True,
        regular_grid=False,
        random=True,
        weight=110,
    ),
)
