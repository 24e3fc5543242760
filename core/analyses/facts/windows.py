"""What kind of function is a pool: is it linear, what is its output size, what are its values?"""

from itertools import product

import numpy as np
import torch
from torch import nn

from core.analyses import Fact
from core.analyses.autograd import as_convolution, with_torch, work
from core.analyses.facts.registry import LOGIT_ROUNDING, distinct, exact
from core.analyses.operate import additivity
from core.catalog import Pooling
from core.network.build import generator
from core.network.pooling import make_pooling
from core.words import percent, plain, rough


@exact("average-convolution")
def _average_convolution() -> Fact:
    grid = distinct()
    largest = max(
        float(np.abs(work(Pooling.AVERAGE, grid, k, s).outputs - as_convolution(grid, k, s)).max())
        for k, s in product((2, 3, 4), (1, 2, 3))
    )
    return Fact(
        holds=largest < LOGIT_ROUNDING,
        sentence=f"For windows of 2 to 4 and strides of 1 to 3 the outputs differ by "
        f"{rough(largest)} at most, on numbers up to 63.",
    )


@exact("max-additive")
def _max_additive() -> Fact:
    # `additivity` adds this grid rotated by 90 degrees: 2 4 / 1 3
    grid = np.array([[1.0, 2.0], [3.0, 4.0]])
    maximum, mean = (
        additivity(each, grid, 2, 2, by=with_torch) for each in (Pooling.MAX, Pooling.AVERAGE)
    )
    return Fact(
        holds=maximum.largest < LOGIT_ROUNDING,
        sentence=f"With the windows x = 1 2 3 4 and y = 2 4 1 3, max(x + y) is "
        f"{plain(maximum.together)} and max(x) + max(y) is {plain(maximum.apart)}; for average "
        f"both are {plain(mean.together)}.",
        rows=(
            {"operator": "max", "f(x + y)": maximum.together, "f(x) + f(y)": maximum.apart},
            {"operator": "average", "f(x + y)": mean.together, "f(x) + f(y)": mean.apart},
        ),
    )


def _measured_size(n: int, f: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    x, weight = torch.zeros(1, 1, n, n), torch.zeros(1, 1, f, f)
    y = nn.functional.conv2d(x, weight, padding=padding, stride=stride, dilation=dilation)
    return int(y.shape[-1])


_SIZES = [(n, f) for n in range(3, 33) for f in range(1, n + 1)]
_SETTINGS = [
    (n, f, p, s, d)
    for n, f, p, s, d in product((8, 9, 28), (2, 3, 5), (0, 1, 2), (1, 2, 3), (1, 2))
    if d * (f - 1) + 1 <= n + 2 * p and (p, s, d) != (0, 1, 1)
]


@exact("size-plain")
def _size_plain() -> Fact:
    return Fact(
        holds=all(_measured_size(n, f) == n - f + 1 for n, f in _SIZES),
        sentence=f"Right for all {len(_SIZES):,} pairs of image and filter; 8 and 3 give "
        f"{_measured_size(8, 3)}.",
    )


@exact("size-always")
def _size_always() -> Fact:
    right = sum(_measured_size(*each) == each[0] - each[1] + 1 for each in _SETTINGS)
    return Fact(
        holds=right == len(_SETTINGS),
        sentence=f"Right in {right} of {len(_SETTINGS)} cases with padding, stride or dilation; 8 "
        f"and 3 give {_measured_size(8, 3, padding=1)} with padding 1 and "
        f"{_measured_size(8, 3, stride=2)} at stride 2.",
    )


@exact("size-formula")
def _size_formula() -> Fact:
    def formula(n: int, f: int, p: int, s: int, d: int) -> int:
        return (n + 2 * p - d * (f - 1) - 1) // s + 1

    return Fact(
        holds=all(_measured_size(*each) == formula(*each) for each in _SETTINGS),
        sentence=f"Right in all {len(_SETTINGS)} cases.",
    )


@exact("relu-zeros")
def _relu_zeros() -> Fact:
    drawn = torch.relu(torch.randn(1, 1, 512, 512, generator=generator(0, "values")))
    low, high = (
        float((make_pooling(name, 1)(drawn) == 0).double().mean())
        for name in (Pooling.MIN, Pooling.MAX)
    )
    return Fact(
        holds=abs(low - 15 / 16) < 0.01 and abs(high - 1 / 16) < 0.01,  # noqa: PLR2004
        sentence=f"Of 65,536 windows min is zero in {percent(low)} %, max in {percent(high)} %.",
    )
