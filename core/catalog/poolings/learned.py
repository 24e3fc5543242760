"""Strategies with learned parameters that still read their window value by value."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    Combining,
    Family,
    PoolingEntry,
    PoolShape,
    averaging,
    comparisons,
    weighted_mean,
)

GEM_SMALLEST = 1e-6
"""lower bound to which GeM clamps its input, because a power mean needs positive numbers"""
GEM_EXPONENT = 3.0
"""GeM's exponent before training"""
LSE_SHARPNESS = 5.0
"""r of lse, and learned-lse's r before training"""


def _lip_operations(shape: PoolShape) -> int:
    """Sigmoid, scale, exponential and product per position; a ratio of sums per output value."""
    return 4 * shape.input_values + shape.output_values * (2 * shape.cells - 1)


def _adapool_operations(shape: PoolShape) -> int:
    """Two weighted means, their n exponentials each; the mean and 6 for each likeness; the mix.

    Of a likeness: two squares (one shared), a sum, a product, an absolute value, a division.
    """
    likeness = averaging(shape) + shape.output_values * 6 * shape.cells
    means = 2 * (shape.output_values * shape.cells + weighted_mean(shape))
    return likeness + means + 3 * shape.output_values


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
        tensors=lambda channels, size: {"a": ()},
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
        tensors=lambda channels, size: {"mask": (size * size,)},
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
        tensors=lambda channels, size: {"log_p": ()},
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
        tensors=lambda channels, size: {
            "projection": (channels, channels, 1, 1),
            "offset": (channels,),
        },
        macs=lambda shape: shape.input_values * shape.channels,
        operations=_lip_operations,
        channel_independent=False,
        weight=18,
    ),
    PoolingEntry(
        name=Pooling.TREE,
        label="Tree",
        family=Family.LEARNED,
        headline=False,
        sentence="mixes two learned weighted sums of each window, by a learned gate",
        reference="Lee, Gallagher, Tu 2016, Generalizing pooling functions in CNNs: mixed, gated, "
        "and tree",
        combining=Combining.TRANSFORMS,
        tensors=lambda channels, size: {"leaves": (2, size * size), "gate": (size * size,)},
        # three sums of n products and n - 1 additions, a sigmoid; 1 - g, two products, an addition
        operations=lambda shape: shape.output_values * (6 * shape.cells + 2),
        weight=60,
    ),
    PoolingEntry(
        name=Pooling.LEARNED_LSE,
        label="Learned LSE",
        family=Family.LEARNED,
        headline=False,
        sentence="takes the logarithm of the mean exponential, its sharpness learned",
        reference="Pinheiro & Collobert 2015, From image-level to pixel-level labeling with "
        "convolutional networks",
        combining=Combining.AVERAGES,
        tensors=lambda channels, size: {"log_r": ()},
        # as lse
        operations=lambda shape: shape.output_values * (3 * shape.cells + 2),
        weight=50,
    ),
    PoolingEntry(
        name=Pooling.ADAPOOL,
        label="AdaPool",
        family=Family.LEARNED,
        headline=False,
        sentence="mixes two weighted means of each window: near its mean, and large, count more",
        reference="Stergiou & Poppe 2023, AdaPool: exponential adaptive pooling for "
        "information-retaining downsampling",
        combining=Combining.AVERAGES,
        tensors=lambda channels, size: {"a": ()},
        operations=_adapool_operations,
        weight=60,
    ),
)
