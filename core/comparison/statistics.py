"""What do the seeds show? Means with intervals, paired differences, and what n seeds can detect.

The intervals of means are over training seeds, on one test set. Those of differences are over test
images as well where the right answers of each run are known (`core.comparison.crossed`). Accuracies
and differences are fractions, not percentages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import sqrt
from operator import sub
from statistics import fmean

import numpy as np

from core.comparison.crossed import Spread
from core.run import Epoch, Run

CONFIDENCE = 0.95
POWER = 0.8
LEAST_PAIRS = 2
"""fewest seeds for which a spread is defined"""
HALVINGS = 60
"""more than a 64-bit number has binary digits"""
NO_SPREAD = 1e-9
"""a smaller standard deviation is rounding error: one image in a thousand million"""


class Verdict(StrEnum):
    """The conclusion from a paired difference: how the arm compares with its reference."""

    HIGHER = "higher"
    LOWER = "lower"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of n values with its interval; low and high are None for fewer than two values."""

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An arm minus its reference, seed by seed.

    Attributes:
        seeds: seeds that both have, ascending.
        differences: one per seed.
        mean: mean of the differences.
        error: standard error of the mean.
        freedom: degrees of freedom of the standard error.
        level: two-sided level of the interval and of the verdict: 0.05 for one comparison.
        comparisons: number of comparisons that the level is corrected for.
        correlation: Pearson's correlation of the arms over seeds; None if one of them has no
            spread. The higher it is, the more pairing helps.
        spread: where the uncertainty comes from; None if the interval is over seeds alone.
    """

    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    mean: float
    error: float
    freedom: float
    level: float
    comparisons: int
    correlation: float | None
    spread: Spread | None = None

    @property
    def n(self) -> int:
        """Number of pairs."""
        return len(self.seeds)

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return self.error * t_quantile(1 - self.level, self.freedom)

    @property
    def low(self) -> float:
        """Lower end of the interval of the mean, at its level."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.mean + self.half

    @property
    def detectable(self) -> float:
        """The true difference that this evidence would detect with a power of 80 %."""
        return self.error * _noncentrality(self.freedom, POWER, self.level)

    @property
    def p_value(self) -> float:
        """Two-sided p-value without any correction; 1 without spread, which nothing is held to."""
        if self.error == 0:
            return 1.0
        from scipy.special import stdtr

        return float(2 * stdtr(self.freedom, -abs(self.mean) / self.error))

    @property
    def verdict(self) -> Verdict:
        """Higher or lower only if the interval excludes zero; undecided without spread."""
        if self.error == 0:
            return Verdict.UNDECIDED
        if self.low > 0:
            return Verdict.HIGHER
        return Verdict.LOWER if self.high < 0 else Verdict.UNDECIDED

    @property
    def alone(self) -> "Difference":
        """The same difference as the only comparison."""
        return self.at(1 - CONFIDENCE, 1)

    def at(self, level: float, comparisons: int) -> "Difference":
        """The same difference at another level, corrected for this many comparisons."""
        return replace(self, level=level, comparisons=comparisons)


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Mean and its Student's t interval: mean +- t(1 - alpha/2, n - 1) * s / sqrt(n).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("a mean needs one value or more; received none")
    mean, n = fmean(values), len(values)
    if n < LEAST_PAIRS:
        return Interval(mean, None, None, n)
    half = t_quantile(confidence, n - 1) * _deviation(values) / sqrt(n)
    return Interval(mean, mean - half, mean + half, n)


def paired_difference(
    arm: Mapping[int, float],
    reference: Mapping[int, float],
    comparisons: int = 1,
    confidence: float = CONFIDENCE,
    spread: Spread | None = None,
) -> Difference | None:
    """Compare two arms seed by seed, over the seeds that both have.

    The interval is that of the paired t-test, or of a spread over seeds and images, at
    1 - alpha/comparisons (Bonferroni). Without any spread, a difference is undecided.

    Args:
        arm: seed -> value.
        reference: seed -> value.
        comparisons: number of comparisons that are shown together.
        confidence: joint confidence of all of them.
        spread: of the right answers of both on the same seeds; None for seeds alone.

    Returns:
        Arm minus reference; None if they share fewer than two seeds.

    Raises:
        ValueError: `comparisons` is less than 1.
    """
    if comparisons < 1:
        raise ValueError(f"comparisons: 1 or more is allowed; received {comparisons}")
    seeds = tuple(sorted(arm.keys() & reference.keys()))
    if len(seeds) < LEAST_PAIRS:
        return None
    own, other = ([values[seed] for seed in seeds] for values in (arm, reference))
    differences = tuple(map(sub, own, other))
    return Difference(
        seeds=seeds,
        differences=differences,
        mean=fmean(differences),
        error=_error(differences) if spread is None else spread.error,
        freedom=len(seeds) - 1 if spread is None else spread.freedom,
        level=(1 - confidence) / comparisons,
        comparisons=comparisons,
        correlation=_correlation(own, other),
        spread=spread,
    )


def _error(differences: Sequence[float]) -> float:
    """The standard error over seeds; exactly 0 where there is no spread but rounding."""
    # accuracies k/n are rounded in binary, so equal differences may differ in their last bit
    deviation = _deviation(differences)
    return 0.0 if deviation < NO_SPREAD else deviation / sqrt(len(differences))


def _deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample; exactly 0 if all values are equal."""
    return 0.0 if min(values) == max(values) else float(np.std(values, ddof=1))


def detectable_difference(
    deviation: float, n: int, power: float = POWER, alpha: float = 1 - CONFIDENCE
) -> float:
    """The smallest true difference that a paired t-test on n seeds detects with the given power.

    Computed from the noncentral t distribution; the usual 2.8 * s / sqrt(n) is far too small for
    small n.

    Args:
        deviation: standard deviation of the differences over seeds.
        n: number of pairs, two or more.
        power: probability of detecting it.
        alpha: two-sided level of the test.

    Raises:
        ValueError: there are fewer than two pairs.
    """
    if n < LEAST_PAIRS:
        raise ValueError(f"n: a paired test needs 2 pairs or more; received {n}")
    return deviation / sqrt(n) * _noncentrality(n - 1, power, alpha)


@lru_cache(maxsize=1024)
def _noncentrality(freedom: float, power: float, alpha: float) -> float:
    """The noncentrality at which the two-sided t-test has the given power."""
    # importing scipy.special takes a tenth of the time of scipy.stats
    from scipy.special import nctdtr

    critical = t_quantile(1 - alpha, freedom)

    def enough(shift: float) -> bool:
        # the opposite tail is left out: it is below 1e-5 where the power is 80 %
        return bool(1 - nctdtr(freedom, shift, critical) >= power)

    # at twice the critical value the power is above 95 % for any number of seeds
    low, high = 0.0, 2 * critical + 2
    while not enough(high):
        high *= 2
    # By halves: scipy.optimize, needed for nothing else, would take 20 MB of a server, and
    # nctdtrinc is off by 1e-4 where the degrees of freedom are few.
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@lru_cache(maxsize=1024)
def t_quantile(confidence: float, freedom: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    spread = _deviation(first) * _deviation(second)
    if spread == 0:
        return None
    means = fmean(first), fmean(second)
    products = ((a - means[0]) * (b - means[1]) for a, b in zip(first, second, strict=True))
    # rounding errors may exceed the range
    return max(-1.0, min(1.0, sum(products) / (len(first) - 1) / spread))


def curve(runs: Iterable[Run], value: Callable[[Epoch], float]) -> tuple[Interval, ...]:
    """Mean and interval over runs of a value after each epoch, up to the longest run's last."""
    lines = [[value(epoch) for epoch in run.epochs] for run in runs]
    if len({len(line) for line in lines}) == 1 and len(lines) >= LEAST_PAIRS:
        return _even(lines)
    columns: dict[int, list[float]] = {}
    for line in lines:
        for number, reached in enumerate(line):
            columns.setdefault(number, []).append(reached)
    return tuple(mean_interval(columns[number]) for number in sorted(columns))


def _even(lines: Sequence[Sequence[float]]) -> tuple[Interval, ...]:
    """`mean_interval` of every column, vectorised, because a page draws a thousand of them."""
    table = np.array(lines)
    n = len(lines)
    means = table.mean(axis=0)
    halves = t_quantile(CONFIDENCE, n - 1) * table.std(axis=0, ddof=1) / sqrt(n)
    return tuple(
        Interval(mean, mean - half, mean + half, n)
        for mean, half in zip(means.tolist(), halves.tolist(), strict=True)
    )
