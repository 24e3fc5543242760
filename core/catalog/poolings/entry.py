"""What is written down about a downsampling strategy, and how its work is counted.

Operations are counted as the formula is written: a comparison, an addition, a multiplication or
division, and a call of a scalar function (exponential, logarithm, power, root, sigmoid) each
count as one. Windows that overlap share nothing, except where the operator itself has a first
stage at stride 1 (blur, aps, lip, conv-max): that stage counts once per position. Shifts that
only keep numbers in range are not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.catalog.names import Pooling

CONV_SIZE = 3
"""side of every convolution window in Poolscope's networks"""


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


class Combining(StrEnum):
    """What an output value is, in evaluation, to the values that it reads."""

    SELECTS = "selects"
    """one of them"""
    AVERAGES = "averages"
    """a mean of them, weighted or generalised: equal positive values give that value"""
    TRANSFORMS = "transforms"
    """on a scale of its own: a norm, or a learned sum"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShape:
    """One pool on one map.

    Attributes:
        channels: C of the map.
        size: side k of the window.
        stride: distance s between windows.
        inputs: rows and columns of the map.
        outputs: rows and columns of the result.
    """

    channels: int
    size: int
    stride: int
    inputs: tuple[int, int]
    outputs: tuple[int, int]

    @property
    def cells(self) -> int:
        """Values in a window: k*k."""
        return self.size * self.size

    @property
    def input_values(self) -> int:
        """Values of the map in all channels."""
        return self.channels * self.inputs[0] * self.inputs[1]

    @property
    def output_values(self) -> int:
        """Values of the result in all channels."""
        return self.channels * self.outputs[0] * self.outputs[1]


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
        combining: what an output value is to the values that it reads.
        parameters: learned parameters of one pool, from its channels and window.
        macs: multiply-accumulate operations of convolutions, for one image.
        operations: elementary operations of everything else, for one image.
        weight: multiply-accumulate operations of a convolution that take as long as one of these
            operations, to about half: for estimates of time. Measured forward and backward on one
            core, with windows of 2 and 3 (`make bench`, operators).
        reach: side of the square of its input that one output value can depend on, from window
            and stride. The receptive field grows by (reach - 1) * jump; the jump is multiplied
            by the stride.
        lead: how many of these rows lie before the window's first row.
        start: first row at which a window can begin, from its index, the rows of the map, window
            and stride.
        commutes_with_relu: whether pool and ReLU may change places without changing a bit:
            operators that select by order, because ReLU is monotone, and operators that
            treat negative values as zero themselves.
        channel_independent: whether an output value depends on its own channel alone.
        differentiable: whether autograd gives its gradient almost everywhere.
        regular_grid: whether windows start at multiples of the stride, whatever the values and
            the draw.
        cyclic: whether it counts its windows round the border, whatever the padding, and chooses
            their grid by the values: where the windows tile the map (`Window.tiles`), the output
            moves with a circular shift of the input, by any number of rows.
        random: whether it draws random numbers in training (never in evaluation).
    """

    name: Pooling
    label: str
    family: Family
    headline: bool
    sentence: str
    reference: str
    combining: Combining
    downsampling: Downsampling = Downsampling.POOL
    parameters: Callable[[int, int], int] = lambda channels, size: 0
    macs: Callable[[PoolShape], int] = lambda shape: 0
    operations: Callable[[PoolShape], int] = lambda shape: 0
    weight: float = 0.0
    reach: Callable[[int, int], int] = lambda size, stride: size
    lead: Callable[[int, int], int] = lambda size, stride: 0
    start: Callable[[int, int, int, int], int] = lambda index, rows, size, stride: index * stride
    commutes_with_relu: bool = False
    channel_independent: bool = True
    differentiable: bool = True
    regular_grid: bool = True
    cyclic: bool = False
    random: bool = False

    @property
    def learned(self) -> bool:
        """Whether training changes what it computes."""
        return self.parameters(1, 1) > 0


def comparisons(shape: PoolShape) -> int:
    """A running extreme over n values takes n - 1 comparisons."""
    return shape.output_values * (shape.cells - 1)


def sorting(shape: PoolShape) -> int:
    """Sorting n values by exchanges takes up to n*(n - 1)/2 comparisons."""
    return shape.output_values * (shape.cells * (shape.cells - 1) // 2)


def averaging(shape: PoolShape) -> int:
    """A mean takes n - 1 additions and one multiplication by 1/n."""
    return shape.output_values * shape.cells


def weighted_mean(shape: PoolShape) -> int:
    """Weights at hand: n products, two sums of n - 1 additions, one division: 3*n - 1."""
    return shape.output_values * (3 * shape.cells - 1)
