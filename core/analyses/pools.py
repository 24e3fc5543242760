"""What does each strategy make of a grid of numbers, and how does a gradient come back?

Every strategy is a chain of steps, and a step is a rule on windows of the map before it. Learned
ones are as they start: mixed and gated half max and half average, gem with its first exponent, lip
and tree as average, learned-lse as lse, adapool half of each of its parts; convolutions have the
weights that `core.network.build.initialise` draws with seed 0. The formulas are those of
`core.network.pooling`.
"""

from collections.abc import Callable
from functools import cache
from math import pi

import numpy as np

from core.analyses import rules
from core.analyses.hand import Numbers
from core.analyses.reading import Places
from core.analyses.rules import Rule
from core.analyses.trace import Shape, Trace, around, mirrored, padded
from core.catalog import Pooling
from core.catalog.poolings import CONV_SIZE
from core.catalog.poolings.antialiased import BLUR_SIZE, LPS_HIDDEN
from core.network.seeding import uniform

BLUR_TAPS = np.array([1.0, 2.0, 1.0]) / 4
SCORE_ROUNDING = 1e-12
"""share of a score by which equal ones may differ"""
FIRST_SEED = 0
"""of the weights that learned operators start with"""


quiet = np.errstate(over="ignore", invalid="ignore")
"""as torch, which gives infinities without a warning"""


@quiet
def pooled(pooling: Pooling, numbers: Numbers, shape: Shape, padding: int) -> Trace:
    """A strategy in evaluation mode, with rows and columns added on each side of the numbers."""
    trace = Trace(numbers)
    # what computes nothing gets no padding either
    if pooling in POOLS:
        POOLS[pooling](padded(trace, padding, shape), shape)
    return trace


@quiet
def chosen_starts(pooling: Pooling, trace: Trace, shape: Shape) -> list[Places] | None:
    """First rows and columns of the windows on a map of a strategy that chooses them, else None.

    They may wrap around the border.
    """
    if pooling is Pooling.FRACTIONAL_MAX:
        return [_spread(rows, shape) for rows in trace.map.shape]
    if pooling in SCORES:
        return _component(_everywhere(trace, shape).map, shape, SCORES[pooling])
    return None


# a strategy on a map that is padded already
Operator = Callable[[Trace, Shape], Trace]


def _windows(rule: Rule) -> Operator:
    return lambda trace, shape: _slid(trace, rule, shape)


def _slid(trace: Trace, rule: Rule, shape: Shape) -> Trace:
    starts = [shape.starts(rows) for rows in trace.map.shape]
    return trace.slide(rule, *(_reach(each, shape.size) for each in starts))


def _reach(starts: Places, size: int) -> Places:
    places: Places = starts[:, None] + np.arange(size)
    return places


def _filtered(trace: Trace, rule: Rule, size: int, stride: int, lines: list[Places]) -> Trace:
    """A rule at a stride over a map that has other rows and columns on its sides."""
    starts = [_reach(Shape(size, stride).starts(len(line)), size) for line in lines]
    return trace.slide(rule, *(line[each] for line, each in zip(lines, starts, strict=True)))


def _blurred(trace: Trace, stride: int, lines: list[Places]) -> Trace:
    taps = rules.linear(np.outer(BLUR_TAPS, BLUR_TAPS).ravel())
    return _filtered(trace, taps, BLUR_SIZE, stride, lines)


def _lines(trace: Trace, before: int, after: int, *, wraps: bool) -> list[Places]:
    return [around(rows, before, after, wraps=wraps) for rows in trace.map.shape]


def _mirrors(trace: Trace, before: int, after: int, *, wraps: bool) -> list[Places]:
    return [mirrored(rows, before, after, wraps=wraps) for rows in trace.map.shape]


def _blurred_pool(rule: Rule) -> Operator:
    def operator(trace: Trace, shape: Shape) -> Trace:
        margin = BLUR_SIZE // 2
        if shape.wraps:
            _filtered(trace, rule, shape.size, 1, _lines(trace, margin, margin, wraps=True))
            return _blurred(trace, shape.stride, _lines(trace, 0, 0, wraps=True))
        _slid(trace, rule, Shape(shape.size, 1))
        return _blurred(trace, shape.stride, _mirrors(trace, margin, margin, wraps=False))

    return operator


def _blur_strided(trace: Trace, shape: Shape) -> Trace:
    return _blurred(trace, shape.stride, _mirrors(trace, *shape.margins(), wraps=shape.wraps))


def _convolution(trace: Trace, shape: Shape) -> Trace:
    rule = rules.rectified(rules.linear(_first_weights("conv", CONV_SIZE)[0]))
    lines = _lines(trace, *shape.margins(), wraps=shape.wraps)
    return _filtered(trace, rule, CONV_SIZE, shape.stride, lines)


def _convolution_max(trace: Trace, shape: Shape) -> Trace:
    rule = rules.rectified(rules.linear(_first_weights("conv", CONV_SIZE)[0]))
    margin = CONV_SIZE // 2
    _filtered(trace, rule, CONV_SIZE, 1, _lines(trace, margin, margin, wraps=shape.wraps))
    return _slid(trace, rules.largest, shape)


def _patch(trace: Trace, shape: Shape) -> Trace:
    return _slid(trace, rules.linear(_first_weights("conv", shape.size)[0]), shape)


@cache
def _first_weights(name: str, size: int, inputs: int = 1, outputs: int = 1) -> Numbers:
    """What a convolution starts with: (outputs, inputs * size * size); its biases are zero."""
    values = inputs * size * size
    return uniform(FIRST_SEED, f"{name}.weight", (outputs, values), values**-0.5)


def _fractional_max(trace: Trace, shape: Shape) -> Trace:
    starts = [_spread(rows, shape) for rows in trace.map.shape]
    return trace.slide(rules.largest, *(_reach(each, shape.size) for each in starts))


def _spread(rows: int, shape: Shape) -> Places:
    """First rows floor((i + 1/2) * places / outputs), as in evaluation."""
    outputs, places = len(shape.starts(rows)), rows - shape.size + 1
    starts = np.floor((np.arange(outputs) + 0.5) * (places / outputs)).astype(np.int64)
    inside: Places = np.minimum(starts, places - 1)
    return inside


Score = Callable[[Numbers], float]
"""how much a polyphase component (h, w) counts"""


def _polyphase(score: Score) -> Operator:
    def operator(trace: Trace, shape: Shape) -> Trace:
        _everywhere(trace, shape)
        starts = _component(trace.map, shape, score)
        return trace.slide(rules.first, *(each[:, None] for each in starts))

    return operator


def _everywhere(trace: Trace, shape: Shape) -> Trace:
    """The largest value of the window at every place, wrapping round."""
    lines = _lines(trace, 0, shape.size - 1, wraps=True)
    return _filtered(trace, rules.largest, shape.size, 1, lines)


def _component(everywhere: Numbers, shape: Shape, score: Score) -> list[Places]:
    """Rows and columns of the component of highest score; of equal ones the first."""
    rows, columns = (
        [(shape.starts(side) + phase) % side for phase in range(shape.stride)]
        for side in everywhere.shape
    )
    grids = [[down, across] for down in rows for across in columns]
    scores = [score(everywhere[np.ix_(*grid)]) for grid in grids]
    least = max(scores) - SCORE_ROUNDING * abs(max(scores))
    # huge numbers may have no finite score
    return next((grid for grid, each in zip(grids, scores, strict=True) if each >= least), grids[0])


def _energy(component: Numbers) -> float:
    return float((component**2).sum())


def _learned_score(component: Numbers) -> float:
    """The mean of two circular convolutions with the weights that they start with."""
    hidden = np.maximum(_circular(component[None], "hidden", LPS_HIDDEN), 0)
    return float(_circular(hidden, "score", 1).mean())


def _circular(maps: Numbers, name: str, outputs: int) -> Numbers:
    """A 3 x 3 convolution of maps (C, h, w) to (outputs, h, w)."""
    around_each = np.pad(maps, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    windows = np.lib.stride_tricks.sliding_window_view(
        around_each, (CONV_SIZE, CONV_SIZE), axis=(1, 2)
    )
    values = windows.transpose(0, 3, 4, 1, 2).reshape(-1, *maps.shape[1:])
    weights = _first_weights(name, CONV_SIZE, len(maps), outputs)
    return np.tensordot(weights, values, axes=1)


def _frequencies(matrix: Callable[[int, Shape], Numbers]) -> Operator:
    """A matrix for the rows and one for the columns: A x B^T."""

    def operator(trace: Trace, shape: Shape) -> Trace:
        down, across = (matrix(rows, shape) for rows in trace.map.shape)
        every = [np.tile(np.arange(each.shape[1]), (len(each), 1)) for each in (down, across)]
        weights = np.kron(down, across).astype(np.float64)
        return trace.slide(rules.linear(weights), *every)

    return operator


def _spectral(rows: int, shape: Shape) -> Numbers:
    outputs = len(shape.starts(rows))
    return _low_pass(np.arange(outputs) / outputs, rows, outputs / 2, with_limit=True)


def _low_cut(rows: int, shape: Shape) -> Numbers:
    limit = rows / (2 * shape.stride)
    return _low_pass(shape.starts(rows) / rows, rows, limit, with_limit=shape.stride == 1)


def _low_pass(places: Numbers, rows: int, limit: float, *, with_limit: bool) -> Numbers:
    """What a filter that passes frequencies up to a limit makes of each row: (places, rows)."""
    distance = places[:, None] - np.arange(rows) / rows
    frequencies = np.arange(-int(limit), int(limit) + 1)
    weights = np.where(np.abs(frequencies) == limit, 0.5 if with_limit else 0.0, 1.0)
    waves = np.cos(2 * pi * frequencies[:, None, None] * distance)
    kept: Numbers = np.tensordot(weights, waves, axes=1) / rows
    return kept


SCORES: dict[Pooling, Score] = {Pooling.APS: _energy, Pooling.LPS: _learned_score}
"""how the strategies choose that keep one polyphase component"""

POOLS: dict[Pooling, Operator] = {
    Pooling.MAX: _windows(rules.largest),
    Pooling.AVERAGE: _windows(rules.average),
    Pooling.SOFT: _windows(rules.soft),
    Pooling.STOCHASTIC: _windows(rules.stochastic),
    Pooling.BLUR_MAX: _blurred_pool(rules.largest),
    Pooling.CONV: _convolution,
    Pooling.MIN: _windows(rules.smallest),
    Pooling.MEDIAN: _windows(rules.median),
    Pooling.LP: _windows(rules.norm),
    Pooling.LSE: _windows(rules.log_sum_exp),
    Pooling.FRACTIONAL_MAX: _fractional_max,
    Pooling.MIXED: _windows(rules.mixed(rules.largest, rules.average)),
    Pooling.GATED: _windows(rules.mixed(rules.largest, rules.average)),
    Pooling.GEM: _windows(rules.power_mean),
    Pooling.LIP: _windows(rules.average),
    Pooling.BLUR_AVERAGE: _blurred_pool(rules.average),
    Pooling.APS: _polyphase(_energy),
    Pooling.CONV_MAX: _convolution_max,
    Pooling.RANK: _windows(rules.rank),
    Pooling.DETAIL: _windows(rules.detail),
    Pooling.SUBSAMPLE: _windows(rules.first),
    Pooling.TOP_K: _windows(rules.top_k),
    Pooling.TREE: _windows(rules.average),
    Pooling.LEARNED_LSE: _windows(rules.log_sum_exp),
    Pooling.ADAPOOL: _windows(rules.mixed(rules.near_the_mean, rules.soft)),
    Pooling.BLUR_STRIDED: _blur_strided,
    Pooling.PATCH: _patch,
    Pooling.SPECTRAL: _frequencies(_spectral),
    Pooling.FLC: _frequencies(_low_cut),
    Pooling.LPS: _polyphase(_learned_score),
}
"""the strategies that pool, in the order of the catalog"""
