"""Do intervals, paired tests and their power agree with scipy, with theory and by hand?"""

import math

import numpy as np
import pytest
from scipy import stats

from core.comparison import Comparison, Results
from core.comparison.families import compare_facet
from core.comparison.statistics import (
    Interval,
    Verdict,
    curve,
    detectable_difference,
    mean_interval,
    paired_difference,
)
from core.config import Experiment
from core.run import Epoch
from tests.store.store_samples import a_run, some_epochs

VALUES = (0.978, 0.981, 0.969, 0.975, 0.983)
OTHERS = (0.938, 0.947, 0.931, 0.941, 0.936)


def seeded(values):
    return dict(enumerate(values))


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_interval_of_a_mean_is_that_of_students_t(n, confidence):
    values = VALUES[:n]
    low, high = stats.t.interval(confidence, n - 1, np.mean(values), stats.sem(values))
    found = mean_interval(values, confidence)
    assert (n, pytest.approx(np.mean(values))) == (found.n, found.mean)
    assert pytest.approx((low, high), rel=1e-9) == (found.low, found.high)


def test_one_value_has_a_mean_and_no_interval():
    assert Interval(0.5, None, None, 1) == mean_interval([0.5])


def test_no_value_has_no_mean():
    with pytest.raises(ValueError, match="received none"):
        mean_interval([])


@pytest.mark.parametrize("comparisons", [1, 4])
def test_a_difference_has_the_interval_of_the_paired_t_test_corrected_by_bonferroni(comparisons):
    found = paired_difference(seeded(VALUES), seeded(OTHERS), comparisons)
    expected = stats.ttest_rel(VALUES, OTHERS).confidence_interval(1 - 0.05 / comparisons)
    assert pytest.approx((expected.low, expected.high), rel=1e-9) == (found.low, found.high)
    assert pytest.approx(np.mean(VALUES) - np.mean(OTHERS)) == found.mean
    assert pytest.approx(np.corrcoef(VALUES, OTHERS)[0, 1]) == found.correlation
    assert (comparisons, Verdict.HIGHER) == (found.comparisons, found.verdict)


def test_a_difference_changes_its_sign_with_the_order_of_the_arms():
    found = paired_difference(seeded(OTHERS), seeded(VALUES))
    turned = paired_difference(seeded(VALUES), seeded(OTHERS))
    assert Verdict.LOWER is found.verdict
    assert pytest.approx((-turned.high, -turned.low)) == (found.low, found.high)


def test_a_difference_takes_only_seeds_that_both_have_in_order():
    found = paired_difference({4: 0.9, 0: 0.5, 2: 0.8}, {2: 0.7, 7: 0.1, 4: 0.6})
    assert (2, 4) == found.seeds
    assert pytest.approx((0.1, 0.3)) == found.differences
    assert 2 == found.n


@pytest.mark.parametrize("reference", [{}, {0: 0.9}, {7: 0.9, 8: 0.8}])
def test_fewer_than_two_common_seeds_are_no_difference(reference):
    assert paired_difference(seeded(VALUES), reference) is None


def test_a_correction_widens_the_interval_until_it_decides_no_more():
    arm, reference = seeded((0.95, 0.97, 0.96)), seeded((0.93, 0.942, 0.937))
    assert Verdict.HIGHER is paired_difference(arm, reference).verdict
    assert Verdict.UNDECIDED is paired_difference(arm, reference, comparisons=10).verdict


def test_an_exact_tie_is_undecided():
    found = paired_difference(seeded(VALUES), seeded(VALUES))
    assert (0.0, 0.0, 0.0) == (found.mean, found.low, found.high)
    assert Verdict.UNDECIDED is found.verdict


# right answers of 300: the differences are equal as counts and differ in their last bit
@pytest.mark.parametrize("right", [(299, 298), (293, 287, 281, 276, 290)])
@pytest.mark.parametrize("fewer", [1, 2, 7])
def test_differences_without_spread_are_undecided_in_spite_of_rounding(right, fewer):
    arm = seeded(count / 300 for count in right)
    reference = seeded((count - fewer) / 300 for count in right)
    found = paired_difference(arm, reference)
    assert Verdict.UNDECIDED is found.verdict
    assert 0.0 == found.detectable
    assert found.low == found.high == found.mean


def test_arms_without_spread_have_no_correlation():
    assert paired_difference(seeded((0.9, 0.9, 0.9)), seeded(VALUES[:3])).correlation is None


def test_a_correlation_stays_within_its_ends():
    for count in range(270, 300):
        arm = seeded(((count - 3) / 300, count / 300, (count - 7) / 300))
        found = paired_difference(arm, {seed: value - 0.1 for seed, value in arm.items()})
        assert found.correlation <= 1


def test_a_correction_for_no_comparison_is_refused():
    with pytest.raises(ValueError, match="received 0"):
        paired_difference(seeded(VALUES), seeded(OTHERS), comparisons=0)


# two independent arms, each with a standard deviation of 0.4 points between seeds
@pytest.mark.parametrize(("n", "expected"), [(3, 1.85), (5, 0.95), (10, 0.56)])
def test_the_detectable_difference_is_that_of_the_noncentral_t(n, expected):
    assert expected == round(detectable_difference(0.4 * math.sqrt(2), n), 2)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("comparisons", [1, 38])
@pytest.mark.parametrize("n", [2, 3, 5, 30, 1000])
def test_a_detectable_difference_is_found_for_any_seeds_and_comparisons(n, comparisons, power):
    alpha = 0.05 / comparisons
    shift = detectable_difference(1.0, n, power, alpha) * math.sqrt(n)
    critical = stats.t.isf(alpha / 2, n - 1)
    assert pytest.approx(power, abs=1e-6) == stats.nct.sf(critical, n - 1, shift)


def test_one_pair_detects_nothing_and_is_refused():
    with pytest.raises(ValueError, match="received 1"):
        detectable_difference(0.4, 1)


def decided(shift, n, trials, rng):
    """In how many of the trials the rule decides: the rule, for many trials at once."""
    differences = rng.normal(shift, 1.0, (trials, n))
    mean = differences.mean(axis=1)
    # half the width of the interval in standard deviations, from the rule itself
    unit = mean_interval([-1.0, 1.0, *[0.0] * (n - 2)])
    half = unit.high / math.sqrt(2 / (n - 1)) * differences.std(axis=1, ddof=1)
    return np.mean(np.abs(mean) > half), differences, np.abs(mean) > half


@pytest.mark.parametrize("n", [3, 5, 10])
def test_twenty_thousand_trials_without_a_difference_decide_in_five_percent(n):
    rate, differences, verdicts = decided(0.0, n, 20_000, np.random.default_rng(n))
    assert 0.045 < rate <= 0.055
    # the vectorised rule is the rule
    for row, verdict in zip(differences[:300], verdicts[:300], strict=True):
        found = paired_difference(seeded(row.tolist()), dict.fromkeys(range(n), 0.0))
        assert verdict == (found.verdict is not Verdict.UNDECIDED)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_a_difference_of_the_detectable_size_is_found_in_eighty_percent(n):
    shift = detectable_difference(1.0, n)
    rate, _, _ = decided(shift, n, 20_000, np.random.default_rng(n))
    assert pytest.approx(0.8, abs=0.01) == rate


def test_without_a_difference_a_page_of_comparisons_is_rarely_wrong_anywhere():
    trials, n, others = 2_000, 3, 4
    # right answers of 300, all compared with one reference: they depend on each other
    right = np.random.default_rng(1).binomial(300, 0.97, size=(trials, 1 + others, n)) / 300
    wrong = 0
    for reference, *arms in right.tolist():
        found = (paired_difference(seeded(arm), seeded(reference), others) for arm in arms)
        wrong += any(item.verdict is not Verdict.UNDECIDED for item in found)
    assert 0.01 < wrong / trials <= 0.055


def test_a_curve_has_the_mean_and_interval_of_each_epoch():
    runs = [a_run(seed) for seed in range(3)]
    found = curve(runs, lambda epoch: epoch.validation_accuracy)
    means = [epoch.validation_accuracy for epoch in some_epochs(3)]
    assert pytest.approx(means) == [point.mean for point in found]
    assert [3, 3, 3] == [point.n for point in found]


def test_a_curve_is_as_long_as_the_longest_run_and_says_over_how_many():
    class Short:
        epochs = some_epochs(1)

    found = curve([a_run(), Short()], lambda epoch: epoch.train_loss)
    assert [2, 1, 1] == [point.n for point in found]
    assert found[0].low is not None
    assert found[2].low is None


def test_a_curve_of_no_runs_is_empty():
    assert () == curve([], lambda epoch: epoch.train_loss)


def results(right, heads=("gap",), seeds=range(3)):
    """Results with given test answers of 300: (pooling, head) -> one count per seed."""
    comparison = Comparison.of(
        [Experiment.from_flat({"pooling": p, "head": h}) for h in heads for p in ("max", "average")]
        + [Experiment.from_flat({"pooling": "conv", "head": h}) for h in heads],
        seeds,
    )
    runs = {}
    for arm in comparison.arms:
        for seed, count in enumerate(right.get((str(arm.pooling), str(arm.head)), ())):
            run = a_run(seed, pooling=arm.pooling, head=arm.head)
            object.__setattr__(run, "test_accuracy", count / 300)
            runs[run.key] = run
    return Results(comparison, runs)


def test_a_facet_is_compared_arm_by_arm_with_its_reference():
    found = results({("max", "gap"): (294, 290, 292), ("average", "gap"): (280, 279, 276)})
    (facet,) = found.comparison.facets
    compared = compare_facet(found, facet, facet.arms[0].pooling)
    assert [facet.arms[1]] == [pair.arm for pair in compared]
    assert pytest.approx(-41 / 3 / 300) == compared[0].difference.mean


def test_a_facet_is_corrected_for_every_comparison_that_can_be_shown():
    every = {(p, h): (294, 290, 292) for p in ("max", "average", "conv") for h in ("gap", "gmp")}
    every["average", "gap"] = (280, 279, 276)
    found = results(every, heads=("gap", "gmp"))
    facet = found.comparison.facets[0]
    compared = compare_facet(found, facet, facet.arms[0].pooling)
    assert [4, 4] == [pair.difference.comparisons for pair in compared]
    del every["conv", "gmp"]
    found = results(every, heads=("gap", "gmp"))
    compared = compare_facet(found, facet, facet.arms[0].pooling)
    assert [3, 3] == [pair.difference.comparisons for pair in compared]


def test_a_facet_without_runs_compares_nothing():
    found = results({})
    (facet,) = found.comparison.facets
    assert () == compare_facet(found, facet, facet.arms[0].pooling)


def test_an_epoch_of_any_figure_makes_a_curve():
    class Constant:
        epochs = (
            Epoch(
                number=1,
                train_loss=0.25,
                train_accuracy=0.5,
                validation_loss=2.0,
                validation_accuracy=0.75,
                seconds=1.0,
            ),
        )

    assert (Interval(2.0, None, None, 1),) == curve([Constant()], lambda e: e.validation_loss)
