"""Is a statement over data sets the sum of its parts, and no more?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core.catalog import Pooling
from core.comparison import Chance
from core.comparison.across import across, improvement
from core.comparison.statistics import Verdict
from tests.comparison.fabricated import fabricated


def over(*rates, seeds=5, chance=Chance.SEEDS):
    """Results of data sets in all but name."""
    return {
        f"set {number}": replace(fabricated({"max": high, "average": low}, seeds), chance=chance)
        for number, (high, low) in enumerate(rates)
    }


def test_verdicts_are_counted_and_corrected_together():
    found = across(over((0.9, 0.6), (0.6, 0.9), (0.9, 0.8999)), Pooling.AVERAGE, Pooling.MAX)
    counts = [found.count(v) for v in (Verdict.HIGHER, Verdict.LOWER, Verdict.UNDECIDED)]
    assert [1, 1, 1] == counts
    assert {3} == {one.pair.difference.comparisons for one in found.each}
    assert 0 == found.alike(1e-6)
    assert 1 == found.alike(1.0)


def test_the_mean_counts_every_data_set_the_same_and_adds_their_variances():
    found = across(over((0.9, 0.6), (0.6, 0.55)), Pooling.AVERAGE, Pooling.MAX)
    effects = [one.pair.difference for one in found.each]
    variances = np.array([effect.error**2 for effect in effects])
    assert pytest.approx(np.mean([effect.mean for effect in effects])) == found.mean
    freedom = variances.sum() ** 2 / (variances**2 / 4).sum()
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variances.sum()) / 2
    assert pytest.approx((found.mean - half, found.mean + half)) == (found.low, found.high)


def test_images_widen_the_mean():
    widths = [
        found.high - found.low
        for chance in Chance
        for found in [
            across(over((0.9, 0.8), (0.8, 0.7), chance=chance), Pooling.AVERAGE, Pooling.MAX)
        ]
    ]
    assert widths[0] > widths[1]


def test_the_probability_of_improvement_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(1)
    first, second = rng.integers(0, 6, 9) / 10, rng.integers(0, 6, 7) / 10
    expected = stats.mannwhitneyu(first, second).statistic / 63
    assert pytest.approx(expected) == improvement(list(first), list(second))
    assert 0.5 == improvement([0.1 + 0.2], [0.3])


def test_a_strategy_that_always_loses_improves_with_probability_0():
    found = across(over((0.9, 0.6), (0.8, 0.5)), Pooling.AVERAGE, Pooling.MAX)
    assert (0.0, 0.0, 0.0) == (found.improvement, found.improvement_low, found.improvement_high)


def test_the_bootstrap_interval_contains_the_share():
    found = across(over((0.9, 0.899), (0.8, 0.801), seeds=8), Pooling.AVERAGE, Pooling.MAX)
    assert found.improvement_low <= found.improvement <= found.improvement_high
    assert found.improvement_low < found.improvement_high


@pytest.mark.parametrize(
    "results",
    [
        over((0.9, 0.6)),
        over((0.9, 0.6), (0.9, 0.6), seeds=1),
        {},
    ],
)
def test_fewer_than_two_data_sets_with_two_seeds_make_no_statement(results):
    assert across(results, Pooling.AVERAGE, Pooling.MAX) is None


def test_a_strategy_that_a_data_set_lacks_is_left_out():
    assert across(over((0.9, 0.6), (0.8, 0.5)), Pooling.MIN, Pooling.MAX) is None
