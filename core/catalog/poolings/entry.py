"""The facts recorded about a downsampling strategy, and how its operations are counted.

Operations are counted as the formula is written: a comparison, an addition, a multiplication or
division, and a call of a scalar function (exponential, logarithm, power, root, sigmoid) each
count as one. Overlapping windows share no work, unless the operator itself has a first stage at
stride 1 (blur, aps, lip, conv-max), which counts once per position. Shifts that only keep numbers
in range are not counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import prod

from core.catalog.names import Pooling

CONV_SIZE = 3
"""side of every convolution window in Poolscope's networks"""


class Family(StrEnum):
    """Families of strategies, in the order in which pages list them."""

    FIXED = "fixed"
    RANDOM = "random"
    LEARNED = "learned"
    ANTI_ALIASED = "anti-aliased"
    CONVOLUTION = "convolution instead"


class Downsampling(StrEnum):
    """The part of a block that makes the map smaller."""

    POOL = "pool"
    """a separate layer after the convolution"""
    STRIDE = "stride"
    """the block's convolution takes the stride"""
    NOTHING = "nothing"
    """the map keeps its size"""


class Combining(StrEnum):
    """How an output value relates, in evaluation, to the values that it reads."""

    SELECTS = "selects"
    """it is one of them"""
    AVERAGES = "averages"
    """it is a weighted or generalised mean of them: equal positive values give that value"""
    TRANSFORMS = "transforms"
    """it is on a different scale: a norm, or a learned sum"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShape:
    """One pool on one map.

    Attributes:
        channels: number of channels C of the map.
        size: side k of the window.
        stride: distance s between windows.
        inputs: rows and columns of the map.
        outputs: rows and columns of the output.
    """

    channels: int
    size: int
    stride: int
    inputs: tuple[int, int]
    outputs: tuple[int, int]

    @property
    def cells(self) -> int:
        """Number of values in a window: k*k."""
        return self.size * self.size

    @property
    def input_values(self) -> int:
        """Number of values of the map, in all channels."""
        return self.channels * self.inputs[0] * self.inputs[1]

    @property
    def output_values(self) -> int:
        """Number of values of the output, in all channels."""
        return self.channels * self.outputs[0] * self.outputs[1]


@dataclass(frozen=True, slots=True)
class PoolingEntry:
    """Facts about one strategy.

    Attributes:
        name: its public name.
        label: its name at the start of a sentence.
        family: its family.
        headline: whether the sidebar shows it without expanding the list.
        sentence: what it does, as the predicate of a sentence.
        reference: the paper or book that introduced it.
        downsampling: the part of the block that makes the map smaller.
        combining: how an output value relates to the values that it reads.
        tensors: (channels, window) -> the learned tensors of one pool, name -> shape.
        macs: multiply-accumulate operations of convolutions, for one image.
        operations: elementary operations of everything else, for one image.
        weight: number of multiply-accumulate operations of a convolution that take as long as one
            of these operations, within a factor of about 1.5: for time estimates. Measured forward
            and backward on one core, with windows of 2 and 3 (`make bench`, operators).
        reach: (window, stride) -> side of the square of its input that one output value can
            depend on. The receptive field grows by (reach - 1) * jump; the jump is multiplied by
            the stride.
        lead: (window, stride) -> how many of these rows precede the window's first row.
        start: (index, rows of the map, window, stride) -> first row at which that window can
            begin.
        whole_map: whether an output can depend on the whole map, where `reach` and `lead` are not
            used.
        commutes_with_relu: whether pool and ReLU can be swapped without changing a bit. True for
            operators that select by order, because ReLU is monotone, and for operators that treat
            negative values as zero.
        at_stride_1: the strategy that it is at stride 1, if it has another name there.
        windowed: whether its formula has a window. Without one, the window's side only decides how
            many outputs there are.
        channel_independent: whether an output value depends on its own channel alone.
        differentiable: whether autograd gives its gradient almost everywhere.
        regular_grid: whether windows start at multiples of the stride, regardless of the values
            and of random draws.
        cyclic: whether its windows wrap around the border, whatever the padding, on a grid chosen
            by the values: where the windows tile the map (`Window.tiles`), the output moves with
            any circular shift of the input.
        random: whether it draws random numbers in training (never in evaluation).
        revision: raised when its formula is mended, so that runs before and after have other keys.
    """

    name: Pooling
    label: str
    family: Family
    headline: bool
    sentence: str
    reference: str
    combining: Combining
    downsampling: Downsampling = Downsampling.POOL
    tensors: Callable[[int, int], Mapping[str, tuple[int, ...]]] = lambda channels, size: {}
    macs: Callable[[PoolShape], int] = lambda shape: 0
    operations: Callable[[PoolShape], int] = lambda shape: 0
    weight: float = 0.0
    reach: Callable[[int, int], int] = lambda size, stride: size
    lead: Callable[[int, int], int] = lambda size, stride: 0
    start: Callable[[int, int, int, int], int] = lambda index, rows, size, stride: index * stride
    commutes_with_relu: bool = False
    whole_map: bool = False
    at_stride_1: Pooling | None = None
    windowed: bool = True
    channel_independent: bool = True
    differentiable: bool = True
    regular_grid: bool = True
    cyclic: bool = False
    random: bool = False
    revision: int = 1

    def parameters(self, channels: int, size: int) -> int:
        """Number of learned parameters of one pool."""
        return sum(map(prod, self.tensors(channels, size).values()))

    @property
    def commutes_with_channel_dropout(self) -> bool:
        """Whether it may as well be given whole channels that are zero or scaled: it selects."""
        selects = self.combining is Combining.SELECTS and self.channel_independent
        # a draw of its own would come before or after that of the dropout
        return selects and not self.random

    @property
    def takes_steps_only(self) -> bool:
        """Whether the stride does nothing but place its windows, so that one window has none."""
        placed = self.downsampling is Downsampling.POOL and self.regular_grid and self.windowed
        return placed and not self.whole_map and not self.cyclic

    def reads_alike(self, size: int, other: int, stride: int) -> bool:
        """Whether two windows differ in nothing but how many of them fit on a map."""
        if not self.windowed:
            return True
        return not self.whole_map and all(
            of(size, stride) == of(other, stride) for of in (self.reach, self.lead)
        )

    @property
    def learned(self) -> bool:
        """Whether it has learned parameters."""
        return self.parameters(1, 1) > 0


def convolution(
    name: str, inputs: int, outputs: int, size: int = CONV_SIZE
) -> dict[str, tuple[int, ...]]:
    """The tensors of a convolution with biases, by the names that they have in a module."""
    return {f"{name}.weight": (outputs, inputs, size, size), f"{name}.bias": (outputs,)}


def comparisons(shape: PoolShape) -> int:
    """A running maximum or minimum over n values takes n - 1 comparisons."""
    return shape.output_values * (shape.cells - 1)


def sorting(shape: PoolShape) -> int:
    """Sorting n values by exchanges takes up to n*(n - 1)/2 comparisons."""
    return shape.output_values * (shape.cells * (shape.cells - 1) // 2)


def averaging(shape: PoolShape) -> int:
    """A mean takes n - 1 additions and one multiplication by 1/n."""
    return shape.output_values * shape.cells


def weighted_mean(shape: PoolShape) -> int:
    """Given the weights: n products, two sums of n - 1 additions, one division: 3*n - 1."""
    return shape.output_values * (3 * shape.cells - 1)
