"""Strategies that guard against aliasing: a low-pass filter before the stride, or a chosen grid."""

from core.catalog.names import Pooling
from core.catalog.poolings.entry import (
    CONV_SIZE,
    Combining,
    Family,
    PoolingEntry,
    PoolShape,
    convolution,
)

BLUR_SIZE = 3
"""taps of the binomial filter in each direction"""
LPS_HIDDEN = 8
"""channels of the network that scores the components of lps"""


def _first_stage(shape: PoolShape) -> int:
    """Windows of the pool at stride 1; with circular padding there is one more on each side."""
    height, width = (n - shape.size + 1 for n in shape.inputs)
    return shape.channels * height * width


def _blur(shape: PoolShape) -> int:
    """Nine products and eight additions per output value."""
    return shape.output_values * (2 * BLUR_SIZE**2 - 1)


def _aps_operations(shape: PoolShape) -> int:
    """Max at every position; a square and an addition per value for the norms; the largest norm."""
    return shape.input_values * (shape.cells - 1 + 2) + shape.stride**2 - 1


def _lps_tensors(channels: int) -> dict[str, tuple[int, ...]]:
    """Two 3x3 convolutions with biases, to a few channels and from them to a score."""
    return convolution("hidden", channels, LPS_HIDDEN) | convolution("score", LPS_HIDDEN, 1)


def _lps_macs(shape: PoolShape) -> int:
    """Both convolutions, on each of the s*s components."""
    height, width = shape.outputs
    places = shape.stride**2 * height * width
    return places * CONV_SIZE**2 * LPS_HIDDEN * (shape.channels + 1)


def _lps_operations(shape: PoolShape) -> int:
    """Max at every position; an addition for each place's score, s*s means; then the largest."""
    height, width = shape.outputs
    scores = shape.stride**2 * (height * width + 1) - 1
    return shape.input_values * (shape.cells - 1) + scores


def _cut(shape: PoolShape) -> int:
    """A product and an addition for each row that an output reads, axis by axis."""
    (height, width), (rows, columns) = shape.inputs, shape.outputs
    return 2 * shape.channels * (rows * height * width + rows * columns * width)


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
        # since its margins are mirrored instead of zeros
        revision=2,
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
        # since its margins are mirrored instead of zeros
        revision=2,
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
    PoolingEntry(
        name=Pooling.BLUR_STRIDED,
        label="Blur-strided",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="blurs the map and drops the places between, without any pool",
        reference="Zhang 2019, Making convolutional networks shift-invariant again",
        combining=Combining.AVERAGES,
        operations=_blur,
        reach=lambda size, stride: BLUR_SIZE,
        lead=lambda size, stride: -((size - BLUR_SIZE) // 2),
        weight=5,
    ),
    PoolingEntry(
        name=Pooling.SPECTRAL,
        label="Spectral",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="keeps as many low frequencies of the map as the smaller map can hold",
        reference="Rippel, Snoek, Adams 2015, Spectral representations for convolutional neural "
        "networks",
        combining=Combining.AVERAGES,
        operations=_cut,
        windowed=False,
        whole_map=True,
        weight=2,
    ),
    PoolingEntry(
        name=Pooling.FLC,
        label="FLC",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="removes every frequency that the coarser grid would alias, then subsamples",
        reference="Grabinski, Jung, Keuper, Keuper 2022, FrequencyLowCut pooling: plug and play "
        "against catastrophic overfitting",
        combining=Combining.AVERAGES,
        operations=_cut,
        windowed=False,
        whole_map=True,
        weight=2,
    ),
    PoolingEntry(
        name=Pooling.LPS,
        label="LPS",
        family=Family.ANTI_ALIASED,
        headline=False,
        sentence="takes the max at every position and keeps the grid that a learned score prefers",
        reference="Rojas-Gomez, Lim, Schwing, Do, Yeh 2022, Learnable polyphase sampling for shift "
        "invariant and equivariant convolutional networks",
        combining=Combining.SELECTS,
        tensors=lambda channels, size: _lps_tensors(channels),
        macs=_lps_macs,
        operations=_lps_operations,
        # the score reads all places of the map, and learns from them
        whole_map=True,
        channel_independent=False,
        regular_grid=False,
        cyclic=True,
        random=True,
        weight=50,
    ),
)
