"""Are several differences corrected together, over the sources of chance that are known?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core.catalog import Pooling
from core.comparison import Chance
from core.comparison.answers import right_answers
from core.comparison.families import (
    compare_all,
    compare_facet,
    difference,
    every_pair,
    holm,
    interaction,
)
from core.comparison.statistics import Verdict, paired_difference
from tests.comparison.fabricated import (
    DIGITS,
    diverged,
    fabricated,
    without_predictions,
)


@pytest.fixture(scope="module")
def results():
    return fabricated()


def test_holm_rejects_what_the_step_down_procedure_rejects():
    # Holm 1979: 0.05/4, 0.05/3, 0.05/2, 0.05
    assert pytest.approx([0.05 / 4, 0.025, 0.025, 0.05 / 3]) == holm([0.001, 0.04, 0.03, 0.015])
    assert pytest.approx([0.05]) == holm([0.3])
    assert [] == holm([])


def test_holm_agrees_with_adjusted_p_values():
    rng = np.random.default_rng(3)
    for _ in range(200):
        p = rng.beta(0.3, 3, rng.integers(1, 8))
        order = np.argsort(p)
        adjusted = np.empty(len(p))
        steps = p[order] * (len(p) - np.arange(len(p)))
        adjusted[order] = np.maximum.accumulate(steps).clip(max=1)
        rejected = [value <= level for value, level in zip(p, holm(list(p)), strict=True)]
        assert list(adjusted <= 0.05) == rejected


def test_without_any_difference_holm_is_rarely_wrong_anywhere():
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(2_000):
        arms, reference = rng.normal(size=(6, 5)), rng.normal(size=5)
        p = stats.ttest_rel(arms, reference[None], axis=1).pvalue
        wrong += any(value <= level for value, level in zip(p, holm(list(p)), strict=True))
    # two standard errors above 5 %
    assert wrong / 2_000 < 0.05 + 0.01


def test_differences_are_over_seeds_and_images_unless_seeds_are_asked_for(results):
    arms = results.comparison.arms
    both = difference(results, arms[1], arms[0])
    seeds = difference(replace(results, chance=Chance.SEEDS), arms[1], arms[0])
    plain = paired_difference(results.test_accuracy(arms[1]), results.test_accuracy(arms[0]))
    assert seeds == plain
    assert (5, 300) == (both.spread.seeds, both.spread.images)
    assert pytest.approx(plain.mean) == both.mean
    assert both.error > 2 * plain.error
    assert Verdict.LOWER is both.verdict


def test_a_pair_with_missing_predictions_is_compared_over_seeds(results):
    lacking = without_predictions(results, 1)
    (facet,) = lacking.comparison.facets
    spreads = {p.arm.pooling: p.difference.spread for p in compare_facet(lacking, facet)}
    assert spreads[Pooling.AVERAGE] is None
    assert spreads[Pooling.MIN] is not None


def test_a_seed_that_diverged_is_left_out_of_both_sources(results):
    less = diverged(results, 1, 2)
    arms = less.comparison.arms
    found = difference(less, arms[1], arms[0])
    assert ((0, 1, 3, 4), 4) == (found.seeds, found.spread.seeds)


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_seed_compares_nothing_and_two_do(seeds):
    few = fabricated(seeds=seeds)
    (facet,) = few.comparison.facets
    assert (3 if seeds == 2 else 0) == len(compare_facet(few, facet))
    assert (6 if seeds == 2 else 0) == len(every_pair(few, facet))


def test_equal_answers_are_undecided_and_no_other_verdict_suffers():
    same = fabricated({"max": 0.97, "average": 0.9})
    arms = same.comparison.arms
    twin = same.right | {arms[1].seeded(s).key: same.right[arms[0].seeded(s).key] for s in range(5)}
    runs = same.runs | {
        arms[1].seeded(s).key: replace(
            same.runs[arms[1].seeded(s).key],
            test_accuracy=same.runs[arms[0].seeded(s).key].test_accuracy,
        )
        for s in range(5)
    }
    found = difference(replace(same, runs=runs, right=twin), arms[1], arms[0])
    assert (0.0, 0.0, 1.0, Verdict.UNDECIDED) == (
        found.mean,
        found.error,
        found.p_value,
        found.verdict,
    )


def test_a_family_spans_all_facets():
    two = fabricated(heads=("gap", "flatten"))
    compared = compare_all(two, Pooling.MIN)
    pairs = [pair for facet in compared.values() for pair in facet]
    assert {6} == {pair.difference.comparisons for pair in pairs}
    assert {Pooling.MIN} == {pair.reference.pooling for pair in pairs}
    levels = sorted(pair.difference.level for pair in pairs)
    assert pytest.approx(0.05 / 6) == levels[0]


def test_an_interval_excludes_zero_exactly_if_holm_rejects(results):
    (facet,) = results.comparison.facets
    for pair in every_pair(results, facet):
        d = pair.difference
        assert (d.p_value <= d.level) is (d.verdict is not Verdict.UNDECIDED)
        assert (d.low > 0 or d.high < 0) is pair.decided


def test_a_difference_that_is_established_only_alone_says_so():
    close = fabricated({"max": 0.97, "average": 0.952, "min": 0.97, "conv": 0.97, "lse": 0.97})
    (facet,) = close.comparison.facets
    only = [p.arm.pooling for p in every_pair(close, facet) if p.only_alone]
    for pair in every_pair(close, facet):
        alone = pair.difference.alone
        assert (1, 0.05) == (alone.comparisons, pytest.approx(alone.level))
        assert pair.only_alone is (alone.verdict is not Verdict.UNDECIDED and not pair.decided)
    assert only


def test_an_interaction_is_the_difference_of_differences_over_seeds_and_images():
    two = fabricated(heads=("gap", "flatten"))
    (first, second) = two.comparison.facets
    found = interaction(
        two, (first.arms[1], first.arms[0]), (second.arms[1], second.arms[0]), comparisons=2
    )
    means = [difference(two, f.arms[1], f.arms[0]).mean for f in (first, second)]
    assert pytest.approx(means[0] - means[1]) == found.mean
    assert (300, 2) == (found.spread.images, found.comparisons)


def test_answers_that_do_not_give_the_stated_accuracy_are_not_used(results):
    runs = list(results.runs.values())
    predictions = {run.key: run.predictions for run in runs}
    right = right_answers(runs, predictions, DIGITS)
    assert right.keys() == predictions.keys()
    assert pytest.approx(runs[0].test_accuracy) == right[runs[0].key].mean()
    other = bytes(DIGITS[::-1])
    assert {} == right_answers(runs, predictions, other)
    assert {} == right_answers(runs, predictions, DIGITS[:-1])
    assert {} == right_answers(runs, {}, DIGITS)
    assert {} == right_answers(runs, {}, b"")
