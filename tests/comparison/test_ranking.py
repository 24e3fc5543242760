"""Do ranks and order follow from the decided pairs, and from nothing else?"""

import numpy as np
import pytest
from scipy import stats

from core.comparison.families import holm
from core.comparison.ranking import ranking
from core.sentences.headlines import plain
from core.sentences.ranking import ordering
from tests.comparison.fabricated import fabricated


def ranked(rates, seeds=6):
    results = fabricated(rates, seeds)
    return ranking(results, results.comparison.facets[0])


def test_strategies_far_apart_have_one_rank_each():
    order = ranked({"max": 0.8, "average": 0.6, "min": 0.95})
    assert ["min", "max", "average"] == [str(rank.arm.pooling) for rank in order.ranks]
    assert [(1, 1, 1), (2, 2, 2), (3, 3, 3)] == [(r.observed, r.best, r.worst) for r in order.ranks]
    assert "Min > max > average." == plain(ordering(order))


def test_ties_share_ranks_and_are_named():
    order = ranked({"max": 0.951, "average": 0.7, "min": 0.95})
    assert [2, 1] == [len(group) for group in order.groups]
    assert {(1, 2), (3, 3)} == {(rank.best, rank.worst) for rank in order.ranks}
    said = plain(ordering(order))
    assert said.endswith(" > average; undecided between max and min.")


def test_without_any_decision_every_rank_is_open():
    order = ranked({"max": 0.951, "average": 0.95, "min": 0.9505, "conv": 0.9502})
    assert {(1, 4)} == {(rank.best, rank.worst) for rank in order.ranks}
    assert plain(ordering(order)).endswith("; all pairs are undecided.")


@pytest.mark.parametrize("seeds", [0, 1])
def test_fewer_than_two_seeds_rank_nothing(seeds):
    order = ranked({"max": 0.9, "average": 0.5}, seeds)
    assert ((), ()) == (order.ranks, order.pairs)
    assert () == ordering(order)


def test_an_observed_rank_lies_within_its_interval():
    rng = np.random.default_rng(4)
    for _ in range(5):
        rates = dict(zip(("max", "average", "min", "conv"), rng.uniform(0.9, 1, 4), strict=True))
        assert all(r.best <= r.observed <= r.worst for r in ranked(rates, 3).ranks)


def test_ranks_cover_the_true_ranks_of_simulated_strategies():
    # five strategies over eight seeds; the true ranks are 1 to 5
    rng, truth, missed = np.random.default_rng(9), np.array([0.6, 0.4, 0.2, 0.1, 0.0]), 0
    upper, lower = np.triu_indices(5, 1)
    for _ in range(1_000):
        values = truth[:, None] + rng.normal(0, 0.2, (5, 8))
        differences = values[upper] - values[lower]
        test = stats.ttest_1samp(differences, 0, axis=1)
        decided = test.pvalue <= holm(list(test.pvalue))
        above = np.zeros((5, 5), bool)
        above[upper, lower] = decided & (test.statistic > 0)
        above[lower, upper] = decided & (test.statistic < 0)
        best, worst = 1 + above.sum(axis=0), 5 - above.sum(axis=1)
        true = np.arange(1, 6)
        missed += not ((best <= true) & (true <= worst)).all()
    assert missed / 1_000 < 0.05
