"""Strategies without anything learned or random: selections, means and norms of a window."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    Combining,
    Downsampling,
    Family,
    PoolingEntry,
    PoolShape,
    averaging,
    comparisons,
    sorting,
    weighted_mean,
)

TOP_K = 2
"""values of a window that top-k takes the mean of"""


def _top_k(shape: PoolShape) -> int:
    """A running extreme for each of the k, then a mean of k."""
    k = min(TOP_K, shape.cells)
    return shape.output_values * (sum(shape.cells - 1 - rank for rank in range(k)) + k)


FIXED_ENTRIES = (
    PoolingEntry(
        name=Pooling.MAX,
        label="Max",
        family=Family.FIXED,
        headline=True,
        sentence="keeps the largest value of each window",
        reference="Riesenhuber & Poggio 1999, Hierarchical models of object recognition in cortex",
        combining=Combining.SELECTS,
        operations=comparisons,
        commutes_with_relu=True,
        weight=30,
    ),
    PoolingEntry(
        name=Pooling.AVERAGE,
        label="Average",
        family=Family.FIXED,
        headline=True,
        sentence="takes the mean of each window",
        reference="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        combining=Combining.AVERAGES,
        operations=averaging,
        weight=37,
    ),
    PoolingEntry(
        name=Pooling.NONE,
        label="None",
        family=Family.FIXED,
        headline=True,
        sentence="keeps the map at its size: the control without downsampling",
        reference="control",
        combining=Combining.SELECTS,
        downsampling=Downsampling.NOTHING,
    ),
    PoolingEntry(
        name=Pooling.SOFT,
        label="Soft",
        family=Family.FIXED,
        headline=True,
        sentence="weights each value of a window by its exponential",
        reference="Stergiou, Poppe, Kalliatakis 2021, Refining activation downsampling with "
        "SoftPool",
        combining=Combining.AVERAGES,
        # an exponential per value makes the weights
        operations=lambda shape: shape.output_values * shape.cells + weighted_mean(shape),
        weight=45,
    ),
    PoolingEntry(
        name=Pooling.MIN,
        label="Min",
        family=Family.FIXED,
        headline=False,
        sentence="keeps the smallest value of each window",
        reference="the dual of max: min(x) = -max(-x)",
        combining=Combining.SELECTS,
        operations=comparisons,
        commutes_with_relu=True,
        weight=45,
    ),
    PoolingEntry(
        name=Pooling.MEDIAN,
        label="Median",
        family=Family.FIXED,
        headline=False,
        sentence="keeps the middle value of each window, the lower one of two",
        reference="Tukey 1977, Exploratory data analysis (the running median)",
        combining=Combining.SELECTS,
        operations=sorting,
        commutes_with_relu=True,
        weight=180,
    ),
    PoolingEntry(
        name=Pooling.LP,
        label="Lp",
        family=Family.FIXED,
        headline=False,
        sentence="takes the Euclidean norm of each window: the root of the sum of squares",
        reference="Sermanet, Chintala, LeCun 2012, Convolutional neural networks applied to house "
        "numbers digit classification",
        combining=Combining.TRANSFORMS,
        # n squares, n - 1 additions and a root
        operations=lambda shape: shape.output_values * 2 * shape.cells,
        weight=180,
    ),
    PoolingEntry(
        name=Pooling.LSE,
        label="LSE",
        family=Family.FIXED,
        headline=False,
        sentence="takes the logarithm of the mean exponential: a smooth maximum",
        reference="Pinheiro & Collobert 2015, From image-level to pixel-level labeling with "
        "convolutional networks",
        combining=Combining.AVERAGES,
        # n products with r, n exponentials, n - 1 additions, times 1/n, a logarithm, times 1/r
        operations=lambda shape: shape.output_values * (3 * shape.cells + 2),
        weight=50,
    ),
    PoolingEntry(
        name=Pooling.RANK,
        label="Rank",
        family=Family.FIXED,
        headline=False,
        sentence="weights the values of a window by their rank, each half as much as the one above",
        reference="Shi, Ye, Wu 2016, Rank-based pooling for deep convolutional neural networks",
        combining=Combining.AVERAGES,
        # the weights are constants: n products and n - 1 additions after sorting
        operations=lambda shape: sorting(shape) + shape.output_values * (2 * shape.cells - 1),
        weight=110,
    ),
    PoolingEntry(
        name=Pooling.DETAIL,
        label="Detail",
        family=Family.FIXED,
        headline=False,
        sentence="weights each value of a window by its distance from the window's mean",
        reference="Weber et al. 2016, Rapid, detail-preserving image downscaling; in networks: "
        "Saeedan et al. 2018, Detail-preserving pooling in deep networks",
        combining=Combining.AVERAGES,
        # the mean; per value a difference, a square, an addition and a root make the weight
        operations=lambda shape: (
            averaging(shape) + shape.output_values * 4 * shape.cells + weighted_mean(shape)
        ),
        weight=45,
    ),
    PoolingEntry(
        name=Pooling.SUBSAMPLE,
        label="Subsample",
        family=Family.FIXED,
        headline=False,
        sentence="keeps the first value of each window, whatever the others are",
        reference="Shannon 1949, Communication in the presence of noise; as a baseline: Zhang 2019",
        combining=Combining.SELECTS,
        reach=lambda size, stride: 1,
        commutes_with_relu=True,
    ),
    PoolingEntry(
        name=Pooling.TOP_K,
        label="Top-k",
        family=Family.FIXED,
        headline=False,
        sentence="takes the mean of the two largest values of each window",
        reference="Ozdemir 2023, Avg-topk: a new pooling method for convolutional neural networks",
        combining=Combining.AVERAGES,
        operations=_top_k,
        weight=110,
    ),
)
