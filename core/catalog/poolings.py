"""Which downsampling strategies this version builds, and what is known about each.

Window arithmetic: a pool with window k and stride s turns n rows into floor((n - k)/s) + 1.
Every strategy gives that size, so that arms of a comparison keep equal maps on odd sizes too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.catalog.names import Pooling


class Family(StrEnum):
    """Kinds of strategies, in the order in which pages list them."""

    FIXED = "fixed"
    RANDOM = "random"
    LEARNED = "learned"
    ANTI_ALIASED = "anti-aliased"
    CONVOLUTION = "convolution instead"


class Downsampling(StrEnum):
    """Which part of a block makes the map smaller."""

    POOL = "pool"
    """a layer of its own after the convolution"""
    STRIDE = "stride"
    """the block's convolution takes the stride"""
    NOTHING = "nothing"
    """the map keeps its size"""


@dataclass(frozen=True, slots=True)
class PoolingEntry:
    """Facts about one strategy.

    Attributes:
        name: the public name.
        label: how a page writes it at the start of a sentence.
        family: its kind.
        headline: whether the sidebar shows it at once.
        sentence: one sentence on what it does.
        reference: the paper or book that introduced it.
        downsampling: which part of the block makes the map smaller.
        parameters: learned parameters of one pool, from its channels.
        macs: multiply-accumulate operations per output value, from the channels; only
            convolutions have any.
        operations: elementary operations (comparison, addition, multiplication, exponential)
            per output value, from the window's side.
        reach: side of the square of its input that one output value reads, from the window's
            side. The receptive field grows by (reach - 1) * jump; the jump is multiplied by
            the stride.
        commutes_with_relu: whether pool and ReLU may change places without changing a bit: an
            operator that selects one value of its window, because ReLU is monotone.
    """

    name: Pooling
    label: str
    family: Family
    headline: bool
    sentence: str
    reference: str
    downsampling: Downsampling = Downsampling.POOL
    parameters: Callable[[int], int] = lambda channels: 0
    macs: Callable[[int], int] = lambda channels: 0
    operations: Callable[[int], int] = lambda size: 0
    reach: Callable[[int], int] = lambda size: size
    commutes_with_relu: bool = False


CONV_SIZE = 3
"""side of every convolution window in Poolscope's networks"""


def _comparisons(size: int) -> int:
    """A running extreme over k*k values takes k*k - 1 comparisons."""
    return size * size - 1


def _conv_weights(channels: int) -> int:
    """Weights per output channel of a 3x3 convolution that keeps its channels."""
    return CONV_SIZE * CONV_SIZE * channels


_ENTRIES = (
    PoolingEntry(
        name=Pooling.MAX,
        label="Max",
        family=Family.FIXED,
        headline=True,
        sentence="keeps the largest value of each window",
        reference="Riesenhuber & Poggio 1999, Hierarchical models of object recognition in cortex",
        operations=_comparisons,
        commutes_with_relu=True,
    ),
    PoolingEntry(
        name=Pooling.AVERAGE,
        label="Average",
        family=Family.FIXED,
        headline=True,
        sentence="takes the mean of each window",
        reference="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        # k*k - 1 additions and one multiplication by 1/k**2
        operations=lambda size: size * size,
    ),
    PoolingEntry(
        name=Pooling.NONE,
        label="None",
        family=Family.FIXED,
        headline=True,
        sentence="keeps the map at its size: the control without downsampling",
        reference="control",
        downsampling=Downsampling.NOTHING,
    ),
    PoolingEntry(
        name=Pooling.STRIDED,
        label="Strided",
        family=Family.CONVOLUTION,
        headline=True,
        sentence="lets the block's own convolution take the stride, without any pool",
        reference="Springenberg et al. 2014, Striving for simplicity (Strided-CNN)",
        downsampling=Downsampling.STRIDE,
    ),
    PoolingEntry(
        name=Pooling.CONV,
        label="Conv",
        family=Family.CONVOLUTION,
        headline=True,
        sentence="replaces the pool by a learned 3x3 convolution with stride, and ReLU",
        reference="Springenberg et al. 2014, Striving for simplicity (All-CNN)",
        parameters=lambda channels: channels * _conv_weights(channels) + channels,
        macs=_conv_weights,
        reach=lambda size: CONV_SIZE,
    ),
    PoolingEntry(
        name=Pooling.MIN,
        label="Min",
        family=Family.FIXED,
        headline=False,
        sentence="keeps the smallest value of each window",
        reference="the dual of max: min(x) = -max(-x)",
        operations=_comparisons,
        commutes_with_relu=True,
    ),
)

POOLINGS: dict[Pooling, PoolingEntry] = {entry.name: entry for entry in _ENTRIES}
