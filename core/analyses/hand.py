"""The arithmetic of one window: its values, the formula with the values filled in, the sizes.

Pure Python and numpy, for figures and pages. The actual outputs of operators, and the cells they
read, come from `core.analyses.operate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from core.analyses.reading import Cell, Windows
from core.catalog import POOLINGS, Downsampling, Padding, Pooling
from core.catalog.poolings.learned import GEM_SMALLEST
from core.config import ModelConfig
from core.words import MINUS, inside, join, plain

Numbers = NDArray[np.float64]
MOST_SPOKEN_VALUES, MOST_NAMED_OPERATORS = 4, 2
"""most values of a window that a headline lists, and most operators whose outputs it names"""
MOST_LISTED_VALUES = 16
"""most values of a window that a formula lists; if there are more, it states how many"""
UNTRAINED = "as it starts, untrained"


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """One operator on one grid of numbers.

    Attributes:
        pooling: the operator.
        inputs: (H, W).
        outputs: (h, w).
        gradient: (H, W), the gradient of the chosen output, or of the sum of all outputs.
        windows: the cells that each output reads.
        cell: row and column of the chosen output; None for all outputs.
    """

    pooling: Pooling
    inputs: Numbers
    outputs: Numbers
    gradient: Numbers
    windows: Windows
    cell: tuple[int, int] | None = None

    @property
    def reached(self) -> int:
        """Number of inputs that receive a gradient."""
        return int(np.count_nonzero(self.gradient))


@dataclass(frozen=True, slots=True)
class Additivity:
    """Whether an operator f is additive: f(x + y) = f(x) + f(y).

    Attributes:
        together: f(x + y), in the window where the two sides differ most.
        apart: f(x) + f(y), in the same window.
        largest: absolute difference of the two.
        cell: row and column of that output; the first one if no output differs.
        holds: whether f is additive on these numbers, up to rounding.
    """

    together: float
    apart: float
    largest: float
    cell: tuple[int, int]
    holds: bool


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A grid of numbers, and the windows over it.

    Attributes:
        numbers: (H, W).
        size: side of the window.
        stride: between windows.
        padding: rows and columns added on each side.
        mode: what the padding holds, also where an operator itself reads beyond the border.
    """

    numbers: Numbers
    size: int
    stride: int
    padding: int
    mode: Padding

    @classmethod
    def of(cls, numbers: Numbers, model: ModelConfig, padding: int) -> "Grid":
        """A grid with the windows of a network's pools."""
        # padding "none" concerns the convolutions only
        mode = Padding.CIRCULAR if model.padding is Padding.CIRCULAR else Padding.ZEROS
        return cls(numbers, model.pool_size, model.pool_stride, padding, mode)

    @property
    def padded(self) -> Numbers:
        """The numbers including their padding."""
        if self.mode is Padding.CIRCULAR:
            return np.pad(self.numbers, self.padding, mode="wrap")
        return np.pad(self.numbers, self.padding)


@dataclass(frozen=True, slots=True, eq=False)
class ByHand:
    """What the page By hand shows of some operators on a grid.

    Attributes:
        worked: each operator on the grid.
        shares: of each operator, the gradient of every output by itself, (h * w, H * W).
        plain_windows: the windows of a plain pool.
        additivity: of each operator.
        convolution_gap: largest difference between average pooling and the convolution with equal
            weights.
        contrast: what each operator keeps of a light line on dark, and of a dark one on light, as
            fractions.
    """

    worked: tuple[Worked, ...]
    shares: dict[Pooling, Numbers]
    plain_windows: Windows
    additivity: dict[Pooling, Additivity]
    convolution_gap: float
    contrast: dict[Pooling, tuple[float, float]]


def is_worked(pooling: Pooling) -> bool:
    """Whether the strategy is an operator on a map; "strided" is part of a convolution instead."""
    return POOLINGS[pooling].downsampling is not Downsampling.STRIDE


def titled(pooling: Pooling) -> str:
    """An operator's name as a title; for a learned operator, with a note that it is untrained."""
    entry = POOLINGS[pooling]
    return f"{entry.label} ({UNTRAINED})" if entry.learned else entry.label


def untrained_sentence(poolings: Sequence[Pooling]) -> str:
    """A sentence naming the learned operators: "Conv and LIP: as they start, untrained."."""
    learned = [POOLINGS[pooling].label for pooling in poolings if POOLINGS[pooling].learned]
    if not learned:
        return ""
    state = UNTRAINED if len(learned) == 1 else UNTRAINED.replace("it starts", "they start")
    return f"{join(learned)}: {state}."


def first_window(many: Sequence[Worked]) -> tuple[str, list[tuple[Pooling, str]]] | None:
    """The values of the first window, and the outputs of the first operators for them.

    Only operators that read the same values there are included. None if the first operator reads
    too many values to list, or if there are too many operators, whose gradients then fill the
    headline.
    """
    if not many or len(many) > MOST_SPOKEN_VALUES:
        return None
    values = many[0].windows.values(many[0].inputs, (0, 0))
    if not 1 < len(values) <= MOST_SPOKEN_VALUES:
        return None
    alike = [worked for worked in many if worked.windows.values(worked.inputs, (0, 0)) == values]
    return ", ".join(map(plain, values)), [
        (worked.pooling, plain(float(worked.outputs[0, 0])))
        for worked in alike[:MOST_NAMED_OPERATORS]
    ]


def shown_remarks(
    chosen: Sequence[Pooling], able: Sequence[Pooling], shown: Sequence[Pooling]
) -> list[str]:
    """A remark on which of the chosen strategies are shown and why the others are not, if any.

    Args:
        chosen: strategies chosen in the sidebar.
        able: those of them that are operators on a map.
        shown: those of `able` that are drawn.
    """
    if len(shown) == len(chosen):
        return []
    sentences = [f"Shown: {len(shown)} of {len(chosen)} strategies."]
    bare = [inside(POOLINGS[pooling].label) for pooling in chosen if pooling not in able]
    if bare:
        sentences.append(
            f"{join(bare).capitalize()} has no pooling layer: the block's convolution skips every "
            f"other position, so nothing is pooled."
        )
    if len(shown) < len(able):
        left = [inside(POOLINGS[pooling].label) for pooling in able if pooling not in shown]
        sentences.append(f"Choose others under Operators shown; left out: {join(left)}.")
    return [" ".join(sentences)]


def formula(worked: Worked, output: Cell) -> str:
    """The formula of an operator with the numbers that it reads for one output."""
    values = worked.windows.values(worked.inputs, output)
    return explained(worked.pooling, values, float(worked.outputs[output]))


def explained(pooling: Pooling, values: Sequence[float], result: float) -> str:
    """The formula of an operator with the numbers of one window filled in."""
    listed = ", ".join(map(plain, values))
    if len(values) > MOST_LISTED_VALUES:
        listed = f"{len(values)} values"
    shown = plain(result)
    mixture = f"½·max + ½·mean = ½·{_factor(max(values))} + ½·{_factor(_mean(values))} = {shown}"
    formulas = {
        Pooling.MAX: f"max({listed}) = {shown}",
        Pooling.MIN: f"min({listed}) = {shown}",
        Pooling.AVERAGE: f"({' + '.join(map(_factor, values))}) / {len(values)} = {shown}",
        Pooling.MEDIAN: f"lower middle of {', '.join(map(plain, sorted(values)))} = {shown}",
        Pooling.LP: f"√({' + '.join(f'{_factor(v)}²' for v in values)}) = {shown}",
        Pooling.LSE: f"log(mean of exp(5·x)) / 5 of {listed} = {shown}",
        Pooling.SOFT: f"{_weighted(values, _softmax(values))} ≈ {shown}",
        Pooling.RANK: f"ranks of {listed}, each half as heavy as the one above → {shown}",
        Pooling.DETAIL: (
            f"{listed}, weighted by distance from their mean {plain(_mean(values))} → {shown}"
        ),
        Pooling.STOCHASTIC: (
            f"{_weighted(values, _shares(values))} ≈ {shown} (evaluation; training draws one)"
        ),
        Pooling.FRACTIONAL_MAX: f"max({listed}) = {shown} (evaluation; training draws the grid)",
        Pooling.MIXED: mixture,
        Pooling.GATED: mixture,
        Pooling.GEM: f"(mean of {_cube(values)})^⅓ of {listed} = {shown}",
        Pooling.LIP: f"mean of {listed} = {shown}",
        Pooling.APS: f"max({listed}) = {shown} (on the grid of largest norm)",
        Pooling.NONE: f"{listed} {'stay as they are' if len(values) > 1 else f'stays {shown}'}",
    }
    return formulas.get(pooling, f"reads {listed} → {shown}")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _cube(values: Sequence[float]) -> str:
    """The cube in GeM's formula, with its lower bound of 10⁻⁶ if a value is below it."""
    return "x³" if min(values) >= GEM_SMALLEST else f"max(x, {plain(GEM_SMALLEST)})³"


def _softmax(values: Sequence[float]) -> list[float]:
    weights = [exp(value - max(values)) for value in values]
    return [weight / sum(weights) for weight in weights]


def _shares(values: Sequence[float]) -> list[float]:
    """The weights of stochastic pooling: each value's share of the sum of positive values."""
    positive = [max(value, 0.0) for value in values]
    total = sum(positive)
    return [value / total for value in positive] if total else [1 / len(values)] * len(values)


def _weighted(values: Sequence[float], weights: Sequence[float]) -> str:
    return " + ".join(f"{w:.2f}·{_factor(v)}" for v, w in zip(values, weights, strict=True))


def _factor(value: float) -> str:
    """A number inside a formula; a negative one is put in brackets."""
    text = plain(value)
    return f"({text})" if text.startswith(MINUS) else text


def between(values: Sequence[float], temperature: float) -> float:
    """Y = sum of softmax(t * x)_i * x_i: t = 0 the mean, t to infinity the maximum."""
    weights = _softmax([temperature * value for value in values])
    return sum(w * v for w, v in zip(weights, values, strict=True))


def outputs_of(side: int, size: int, stride: int, padding: int) -> int:
    """Outputs along one side: floor((n + 2p - f)/s) + 1."""
    return (side + 2 * padding - size) // stride + 1
