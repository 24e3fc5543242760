"""Strategies with learned parameters that still read their window value by value."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    Combining,
    Family,
    PoolingEntry,
    PoolShape,
    averaging,
    comparisons,
)

GEM_SMALLEST = 1e-6
"""lower bound to which GeM clamps its input, because a power mean needs positive numbers"""
GEM_EXPONENT = 3.0
"""GeM's exponent before training"""


def _lip_operations(shape: PoolShape) -> int:
    """Sigmoid, scale, exponential and product per position; a ratio of sums per output value."""
    return 4 * shape.input_values + shape.output_values * (2 * shape.cells - 1)


LEARNED_ENTRIES = (
    PoolingEntry(
        name=Pooling.MIXED,
        label="Mixed",
        family=Family.LEARNED,
        headline=False,
        sentence="mixes max and average in a learned proportion",
        reference="Lee, Gallagher, Tu 2016, Generalizing pooling functions in CNNs: mixed, gated, "
        "and tree",
        combining=Combining.AVERAGES,
        parameters=lambda channels, size: 1,
        # max, mean, then two products and an addition; the proportion is one number per layer
        operations=lambda shape: comparisons(shape) + averaging(shape) + 3 * shape.output_values,
        weight=30,
    ),
    PoolingEntry(
        name=Pooling.GATED,
        label="Gated",
        family=Family.LEARNED,
        headline=False,
        sentence="mixes max and average in a proportion that a learned mask reads off each window",
        reference="Lee, Gallagher, Tu 2016, Generalizing pooling functions in CNNs: mixed, gated, "
        "and tree",
        combining=Combining.AVERAGES,
        parameters=lambda channels, size: size * size,
        # mask: n products, n - 1 additions, a sigmoid; mixing: 1 - g, two products, an addition
        operations=lambda shape: (
            comparisons(shape) + averaging(shape) + shape.output_values * (2 * shape.cells + 4)
        ),
        weight=45,
    ),
    PoolingEntry(
        name=Pooling.GEM,
        label="GeM",
        family=Family.LEARNED,
        headline=False,
        sentence="takes a power mean of each window, its exponent learned: from average to max",
        reference="Radenovic, Tolias, Chum 2019, Fine-tuning CNN image retrieval with no human "
        "annotation",
        combining=Combining.AVERAGES,
        parameters=lambda channels, size: 1,
        # n comparisons with eps, n powers, n - 1 additions, times 1/n, a root
        operations=lambda shape: shape.output_values * (3 * shape.cells + 1),
        commutes_with_relu=True,
        weight=95,
    ),
    PoolingEntry(
        name=Pooling.LIP,
        label="LIP",
        family=Family.LEARNED,
        headline=False,
        sentence="weights each value of a window by an importance learned from all channels",
        reference="Gao, Wang, Wu 2019, LIP: local importance-based pooling",
        combining=Combining.AVERAGES,
        # a 1x1 convolution with biases gives the importances
        parameters=lambda channels, size: channels * channels + channels,
        macs=lambda shape: shape.input_values * shape.channels,
        operations=_lip_operations,
        channel_independent=False,
        weight=18,
    ),
)
