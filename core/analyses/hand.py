"""The arithmetic of one window: its numbers, the formula with them filled in, the sizes.

Pure Python and numpy, for figures and pages; what operators really give comes from
`core.analyses.operate`.
"""

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from core.catalog import Pooling

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worked:
    """One operator on one grid of numbers.

    Attributes:
        pooling: which operator.
        inputs: (H, W).
        outputs: (h, w).
        gradient: (H, W): what each input gets if every output, or the chosen one, gets 1.
    """

    pooling: Pooling
    inputs: Numbers
    outputs: Numbers
    gradient: Numbers

    @property
    def reached(self) -> int:
        """How many inputs get any gradient."""
        return int(np.count_nonzero(self.gradient))


def window_values(
    inputs: Numbers, size: int, stride: int, padding: int = 0
) -> dict[tuple[int, int], list[float]]:
    """The numbers of each window, row by row, by the place of its output."""
    padded = np.pad(inputs, padding)
    rows, columns = ((side - size) // stride + 1 for side in padded.shape)
    return {
        (i, j): padded[i * stride : i * stride + size, j * stride : j * stride + size]
        .ravel()
        .tolist()
        for i in range(rows)
        for j in range(columns)
    }


def explained(pooling: Pooling, values: list[float], result: float) -> str:
    """The formula of an operator with the numbers of one window filled in."""
    listed = ", ".join(map(plain, values))
    mean = sum(values) / len(values)
    shown = plain(result)
    formulas = {
        Pooling.MAX: f"max({listed}) = {shown}",
        Pooling.MIN: f"min({listed}) = {shown}",
        Pooling.AVERAGE: f"({' + '.join(map(plain, values))}) / {len(values)} = {shown}",
        Pooling.MEDIAN: f"lower middle of {', '.join(map(plain, sorted(values)))} = {shown}",
        Pooling.LP: f"√({' + '.join(f'{plain(v)}²' for v in values)}) = {shown}",
        Pooling.LSE: f"log(mean of exp(5·x)) / 5 of {listed} = {shown}",
        Pooling.SOFT: f"{_weighted(values, _softmax(values))} ≈ {shown}",
        Pooling.RANK: f"ranks of {listed}, each half as heavy as the one above → {shown}",
        Pooling.DETAIL: f"{listed}, weighted by distance from their mean {plain(mean)} → {shown}",
        Pooling.STOCHASTIC: (
            f"{_weighted(values, _shares(values))} ≈ {shown} (evaluation; training draws one)"
        ),
        Pooling.MIXED: f"½·max + ½·mean = ½·{plain(max(values))} + ½·{plain(mean)} = {shown}",
        Pooling.GATED: f"½·max + ½·mean = ½·{plain(max(values))} + ½·{plain(mean)} = {shown}",
        Pooling.GEM: f"(mean of x³)^⅓ of {listed} = {shown}",
        Pooling.NONE: f"{shown} stays {shown}",
    }
    return formulas.get(pooling, f"reads {listed} and neighbours → {shown}")


def _softmax(values: list[float]) -> list[float]:
    weights = [exp(value - max(values)) for value in values]
    return [weight / sum(weights) for weight in weights]


def _shares(values: list[float]) -> list[float]:
    """What stochastic pooling weights with: each value's share of the positive sum."""
    positive = [max(value, 0.0) for value in values]
    total = sum(positive)
    return [value / total for value in positive] if total else [1 / len(values)] * len(values)


def _weighted(values: list[float], weights: list[float]) -> str:
    return " + ".join(f"{w:.2f}·{plain(v)}" for v, w in zip(values, weights, strict=True))


def plain(value: float) -> str:
    """A number as a person writes it: up to two decimals, a real minus."""
    return f"{round(value, 2):g}".replace("-", "−")


def between(values: list[float], temperature: float) -> float:
    """Y = sum of softmax(t * x)_i * x_i: t = 0 the mean, t to infinity the maximum."""
    weights = _softmax([temperature * value for value in values])
    return sum(w * v for w, v in zip(weights, values, strict=True))


def outputs_of(side: int, size: int, stride: int, padding: int) -> int:
    """floor((n + 2p - f)/s) + 1."""
    return (side + 2 * padding - size) // stride + 1
