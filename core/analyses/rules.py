"""What does a strategy make of the numbers of one window, and how do they move the result?

numpy in double precision, without torch. The formulas with their papers are in
`core.network.pooling`; tests hold the two against each other, and against the browser's rules.
"""

from collections.abc import Callable

import numpy as np

from core.analyses.hand import Numbers
from core.analyses.reading import Places
from core.catalog.poolings.fixed import TOP_K
from core.catalog.poolings.learned import GEM_EXPONENT, GEM_SMALLEST, LSE_SHARPNESS

Rule = Callable[[Numbers], tuple[Numbers, Numbers]]
"""Windows of n values (m, n) to their results (m,), and to the derivative of each result by each
of its values (m, n). At ties, derivatives are those that torch gives."""

DETAIL_SOFTENING = 1e-3
RANK_WEIGHT = 0.5
LARGEST_SQUARED = 1e15
"""larger values are scaled before they are squared"""


def first(values: Numbers) -> tuple[Numbers, Numbers]:
    """The first value of the window."""
    return _selected(values, np.zeros(len(values), dtype=np.int64))


def largest(values: Numbers) -> tuple[Numbers, Numbers]:
    """Of equal values the first."""
    return _selected(values, values.argmax(axis=1))


def smallest(values: Numbers) -> tuple[Numbers, Numbers]:
    """Of equal values the first."""
    return _selected(values, values.argmin(axis=1))


def median(values: Numbers) -> tuple[Numbers, Numbers]:
    """The lower middle; equal values are ranked in row order."""
    order = values.argsort(axis=1, kind="stable")
    return _selected(values, order[:, (values.shape[1] - 1) // 2])


def average(values: Numbers) -> tuple[Numbers, Numbers]:
    """The mean."""
    return values.mean(axis=1), np.full_like(values, 1 / values.shape[1])


def linear(weights: Numbers) -> Rule:
    """A weighted sum; weights (n,), or (m, n) if each result has its own."""

    def rule(values: Numbers) -> tuple[Numbers, Numbers]:
        slopes = np.broadcast_to(weights, values.shape)
        return (slopes * values).sum(axis=1), slopes

    return rule


def rectified(rule: Rule) -> Rule:
    """A rule, followed by ReLU."""

    def after(values: Numbers) -> tuple[Numbers, Numbers]:
        results, slopes = rule(values)
        return np.maximum(results, 0), slopes * (results > 0)[:, None]

    return after


def mixed(one: Rule, other: Rule) -> Rule:
    """Half of one rule and half of another."""

    def both(values: Numbers) -> tuple[Numbers, Numbers]:
        (left, by_left), (right, by_right) = one(values), other(values)
        return (left + right) / 2, (by_left + by_right) / 2

    return both


def norm(values: Numbers) -> tuple[Numbers, Numbers]:
    """The Euclidean norm, with slope 0 at 0."""
    scaled, scale = _scaled(values)
    length = np.sqrt((scaled**2).sum(axis=1))
    return scale * length, scaled / np.where(length > 0, length, 1)[:, None]


def log_mean_exp(sharpness: float) -> Rule:
    """The logarithm of the mean of exp(r * x), by r."""

    def rule(values: Numbers) -> tuple[Numbers, Numbers]:
        top = values.max(axis=1)
        raised = np.exp(sharpness * (values - top[:, None])).mean(axis=1)
        return top + np.log(raised) / sharpness, _softmax(sharpness * values)

    return rule


log_sum_exp = log_mean_exp(LSE_SHARPNESS)


def soft(values: Numbers) -> tuple[Numbers, Numbers]:
    """The mean, weighted by the softmax of the values."""
    weights = _softmax(values)
    results = (weights * values).sum(axis=1)
    # the difference first: 1 would be lost in a huge value
    return results, weights * (1 + (values - results[:, None]))


def stochastic(values: Numbers) -> tuple[Numbers, Numbers]:
    """The mean, weighted by the positive values; without any, the plain mean."""
    scaled, scale = _scaled(values)
    weights = np.maximum(scaled, 0)
    total = weights.sum(axis=1)
    some = total > 0
    divisor = np.where(some, total, 1)[:, None]
    results = (weights * scaled).sum(axis=1) / divisor[:, 0]
    slopes = (weights + np.where(scaled > 0, scaled - results[:, None], 0)) / divisor
    mean, shares = average(values)
    return np.where(some, scale * results, mean), np.where(some[:, None], slopes, shares)


def ranked(weights: Numbers) -> Rule:
    """A weighted sum of the values from the largest down; equal ones are ranked in row order."""

    def rule(values: Numbers) -> tuple[Numbers, Numbers]:
        order = (-values).argsort(axis=1, kind="stable")
        slopes = np.zeros_like(values)
        np.put_along_axis(slopes, order, np.broadcast_to(weights, values.shape), axis=1)
        return (slopes * values).sum(axis=1), slopes

    return rule


def rank(values: Numbers) -> tuple[Numbers, Numbers]:
    """Each value half as heavy as the one above."""
    powers = (1 - RANK_WEIGHT) ** np.arange(values.shape[1])
    return ranked(powers / powers.sum())(values)


def top_k(values: Numbers) -> tuple[Numbers, Numbers]:
    """The mean of the largest values."""
    kept = np.arange(values.shape[1]) < TOP_K
    return ranked(kept / kept.sum())(values)


def detail(values: Numbers) -> tuple[Numbers, Numbers]:
    """The mean, weighted by the distance of each value from it."""
    reach = np.abs(values).max(axis=1, keepdims=True)
    huge = reach > LARGEST_SQUARED
    unit = np.where(huge, reach, 1)
    scaled = values / unit
    softening = np.where(huge, DETAIL_SOFTENING / LARGEST_SQUARED, DETAIL_SOFTENING)
    distance = scaled - scaled.mean(axis=1, keepdims=True)
    weights = np.sqrt(distance**2 + softening**2)
    total = weights.sum(axis=1, keepdims=True)
    results = (weights * scaled).sum(axis=1, keepdims=True) / total
    # by each weight, times that of the weight by the distance of its value
    turns = (scaled - results) / total * distance / weights
    return (unit * results)[:, 0], weights / total + turns - turns.mean(axis=1, keepdims=True)


def power_mean(values: Numbers) -> tuple[Numbers, Numbers]:
    """The root of the mean of powers, of values from a smallest one up."""
    raised = np.maximum(values, GEM_SMALLEST)
    logarithms, shares = log_mean_exp(GEM_EXPONENT)(np.log(raised))
    results = np.exp(logarithms)
    return results, np.where(values > GEM_SMALLEST, shares * results[:, None] / raised, 0)


def near_the_mean(values: Numbers) -> tuple[Numbers, Numbers]:
    """Weighted by a softmax of the likeness of each value to the mean, 2|mx| / (m^2 + x^2)."""
    scaled, scale = _scaled(values)
    mean = scaled.mean(axis=1, keepdims=True)
    squares = mean**2 + scaled**2
    some = squares > 0
    divisor = np.where(some, squares, 1)
    likeness = np.where(some, 2 * np.abs(mean * scaled) / divisor, 1)
    weights = _softmax(likeness)
    results = (weights * values).sum(axis=1)
    # derivatives of the likeness, which does not depend on the scale
    turns = weights * (values - results[:, None]) / scale[:, None]
    side = 2 * np.sign(mean * scaled)
    by_value = np.where(some, (side * mean - 2 * scaled * likeness) / divisor, 0)
    by_mean = np.where(some, (side * scaled - 2 * mean * likeness) / divisor, 0)
    shared = (turns * by_mean).mean(axis=1, keepdims=True)
    return results, weights + turns * by_value + shared


def _selected(values: Numbers, index: Places) -> tuple[Numbers, Numbers]:
    slopes = np.zeros_like(values)
    np.put_along_axis(slopes, index[:, None], 1.0, axis=1)
    return np.take_along_axis(values, index[:, None], axis=1)[:, 0], slopes


def _softmax(values: Numbers) -> Numbers:
    weights = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Numbers = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _scaled(values: Numbers) -> tuple[Numbers, Numbers]:
    """Values (m, n) as shares of the largest absolute one of their window, and that one (m,)."""
    scale = np.abs(values).max(axis=1)
    scale = np.where(scale > 0, scale, 1.0)
    return values / scale[:, None], scale
