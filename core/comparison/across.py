"""Does a difference between two strategies hold on several data sets?

Data sets are few and chosen by people, not drawn from a population of data sets, so a mean over
them is a mean over these: its interval covers what is uncertain on each of them (seeds, and test
images where they are known), and says nothing of other data sets. The errors of the data sets are
independent, because their runs and images are.

The probability of improvement is that of Agarwal et al. (2021, Deep reinforcement learning at the
edge of the statistical precipice; their library is rliable): the probability that a run of one is
better than a run of the other on the same data set, both drawn at random, where ties count one
half; averaged over the data sets. It is the statistic of Mann and Whitney's U test.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

import numpy as np

from core.catalog import Pooling
from core.comparison.comparison import Results
from core.comparison.families import Pair, corrected, difference
from core.comparison.statistics import CONFIDENCE, Verdict, t_quantile

RESAMPLES = 2_000
"""bootstrap samples of the seeds, as many as rliable's default"""
SEED_OF_RESAMPLES = 0
DIGITS = 9
"""decimals to which accuracies are told apart"""


@dataclass(frozen=True, slots=True)
class OnOne:
    """A difference on one data set.

    Attributes:
        dataset: its label.
        pair: the strategy and its reference there.
        improvement: share of pairs of runs in which the strategy is better, a tie counting half.
    """

    dataset: str
    pair: Pair
    improvement: float


@dataclass(frozen=True, slots=True)
class Across:
    """The difference between two strategies on several data sets.

    Attributes:
        strategy: what is compared.
        reference: what it is compared with.
        each: the data sets that have runs of both.
        mean: mean difference over the data sets, each counting the same.
        low: lower end of its 95 % interval, for these data sets.
        high: upper end.
        improvement: mean probability of improvement.
        improvement_low: lower end of its 95 % interval, a bootstrap over the runs of each data set.
        improvement_high: upper end.
    """

    strategy: Pooling
    reference: Pooling
    each: tuple[OnOne, ...]
    mean: float
    low: float
    high: float
    improvement: float
    improvement_low: float
    improvement_high: float

    def count(self, verdict: Verdict) -> int:
        """Number of data sets with this verdict, corrected together (Holm)."""
        return sum(one.pair.difference.verdict is verdict for one in self.each)

    def alike(self, smallest: float) -> int:
        """Number of undecided data sets whose interval lies within the smallest difference."""
        return sum(
            one.pair.difference.verdict is Verdict.UNDECIDED
            and one.pair.difference.error > 0
            and max(-one.pair.difference.low, one.pair.difference.high) < smallest
            for one in self.each
        )


def across(results: Mapping[str, Results], strategy: Pooling, reference: Pooling) -> Across | None:
    """Compare two strategies over data sets.

    Args:
        results: label of a data set -> its results, in whose first facet both strategies stand.
        strategy: what is compared.
        reference: what it is compared with.

    Returns:
        None unless two data sets have two pairs of runs or more.
    """
    compared = [
        (label, pair, values)
        for label, found in results.items()
        if (one := _on(found, strategy, reference)) is not None
        for pair, values in [one]
    ]
    if len(compared) < 2:  # noqa: PLR2004 (a statement over several)
        return None
    pairs = corrected([pair for _, pair, _ in compared])
    improvements = [improvement(*values) for *_, values in compared]
    each = tuple(
        OnOne(label, pair, share)
        for (label, *_), pair, share in zip(compared, pairs, improvements, strict=True)
    )
    mean, half = _mean(pairs)
    low, high = _resampled([values for *_, values in compared])
    return Across(
        strategy, reference, each, mean, mean - half, mean + half, fmean(improvements), low, high
    )


def _on(
    results: Results, strategy: Pooling, reference: Pooling
) -> tuple[Pair, tuple[Sequence[float], Sequence[float]]] | None:
    for facet in results.comparison.facets[:1]:
        arms = {arm.pooling: arm for arm in facet.arms}
        if strategy in arms and reference in arms:
            arm, base = arms[strategy], arms[reference]
            effect = difference(results, arm, base)
            if effect is not None:
                values = (results.test_accuracy(arm), results.test_accuracy(base))
                return Pair(arm, effect, base), (list(values[0].values()), list(values[1].values()))
    return None


def _mean(pairs: Iterable[Pair]) -> tuple[float, float]:
    """The mean of the differences, and half the width of its interval (Welch and Satterthwaite)."""
    effects = [pair.difference for pair in pairs]
    variances = [effect.error**2 for effect in effects]
    total = sum(variances)
    mean = fmean(effect.mean for effect in effects)
    if total == 0:
        return mean, 0.0
    parts = zip(variances, effects, strict=True)
    freedom = total**2 / sum(variance**2 / effect.freedom for variance, effect in parts)
    return mean, t_quantile(CONFIDENCE, freedom) * sqrt(total) / len(effects)


def improvement(values: Sequence[float], others: Sequence[float]) -> float:
    """The share of pairs in which the first is larger; a tie counts half."""
    gaps = np.subtract.outer(np.asarray(values), np.asarray(others))
    # accuracies k/n are rounded in binary
    return float((np.sign(np.round(gaps, DIGITS)).mean() + 1) / 2)


def _resampled(
    runs: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> tuple[float, float]:
    """The percentile interval of the mean probability of improvement, stratified by data set."""
    rng = np.random.default_rng(SEED_OF_RESAMPLES)
    shares = np.zeros(RESAMPLES)
    for values, others in runs:
        first = rng.choice(np.asarray(values), (RESAMPLES, len(values), 1))
        second = rng.choice(np.asarray(others), (RESAMPLES, 1, len(others)))
        shares += (np.sign(np.round(first - second, DIGITS)).mean(axis=(1, 2)) + 1) / 2
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(shares / len(runs), (tail, 1 - tail))
    return float(low), float(high)
