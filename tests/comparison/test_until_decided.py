"""Is the risk of a wrong verdict 5 % over all looks, and do decided arms stop?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import stdtrit

from core.comparison import Chance, Comparison
from core.comparison.until_decided import (
    LOOKS,
    OUTCOMES,
    Outcome,
    Plan,
    decided,
    needed,
    replay,
    spent,
    standings,
)
from tests.comparison.fabricated import diverged, fabricated

TRIALS = 20_000
SMALLEST = 0.5


def plan_of(results, smallest=0.005, looks=LOOKS):
    return replace(Plan.of(results.comparison, smallest), looks=looks)


def trials(truth, comparisons, *, looks=LOOKS, rng):
    """Outcomes of simulated comparisons with one reference: (trials, comparisons), and seeds used.

    Args:
        truth: the true difference of each arm, in standard deviations of a run.
        comparisons: number of arms beside the reference.
        looks: numbers of seeds.
        rng: draws the runs.
    """
    level = 0.05 / (len(looks) * comparisons)
    reference = rng.normal(0, 1, (TRIALS, 1, looks[-1]))
    arms = rng.normal(truth, 1, (TRIALS, comparisons, looks[-1]))
    outcomes = np.zeros((TRIALS, comparisons), int)
    used = np.full((TRIALS, comparisons), looks[-1])
    for n in looks:
        differences = (arms - reference)[:, :, :n]
        mean, half = differences.mean(2), differences.std(2, ddof=1) / np.sqrt(n)
        half = half * stdtrit(n - 1, 1 - level / 2)
        now = decided(mean - half, mean + half, SMALLEST)
        stops = (outcomes == 0) & (now > 0)
        outcomes[stops], used[stops] = now[stops], n
    return outcomes, used


@pytest.mark.parametrize("comparisons", [1, 3])
@pytest.mark.parametrize(
    ("truth", "wrong"),
    [
        (0.0, (Outcome.HIGHER, Outcome.LOWER)),
        (SMALLEST, (Outcome.LOWER, Outcome.ALIKE)),
        (-2.0, (Outcome.HIGHER, Outcome.ALIKE)),
    ],
)
def test_any_wrong_verdict_over_all_looks_has_a_risk_of_5_percent(truth, wrong, comparisons):
    outcomes, _ = trials(truth, comparisons, rng=np.random.default_rng(22))
    bad = np.isin(outcomes, [OUTCOMES.index(outcome) for outcome in wrong]).any(axis=1)
    assert bad.mean() <= 0.05


def test_looking_without_splitting_the_risk_would_be_wrong_too_often():
    rng = np.random.default_rng(22)
    values = rng.normal(0, 1, (TRIALS, LOOKS[-1]))
    wrong = np.zeros(TRIALS, bool)
    for n in LOOKS:
        t = values[:, :n].mean(1) / (values[:, :n].std(1, ddof=1) / np.sqrt(n))
        wrong |= np.abs(t) > stdtrit(n - 1, 0.975)
    assert wrong.mean() > 0.1


def test_large_differences_stop_early_and_small_ones_go_on():
    rng = np.random.default_rng(1)
    outcomes, used = trials(6.0, 1, rng=rng)
    assert (outcomes == OUTCOMES.index(Outcome.HIGHER)).mean() > 0.999
    assert used.mean() < 7
    _, used = trials(0.6, 1, rng=rng)
    assert used.mean() > 20


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.001, 0.1, Outcome.HIGHER),
        (-0.1, -0.001, Outcome.LOWER),
        (-0.004, 0.004, Outcome.ALIKE),
        (0.001, 0.004, Outcome.HIGHER),
        (-0.006, 0.004, Outcome.OPEN),
        (0.0, 0.0, Outcome.OPEN),
        (0.02, 0.02, Outcome.OPEN),
    ],
)
def test_an_interval_decides(low, high, outcome):
    (found,) = decided(np.array([low]), np.array([high]), 0.005)
    assert outcome is OUTCOMES[found]


def test_what_is_decided_stops_and_the_rest_needs_more_runs():
    results = fabricated({"max": 0.97, "average": 0.6, "min": 0.969}, 5)
    plan = plan_of(results)
    average, other = standings(plan, results)
    assert (Outcome.LOWER, 5, ()) == (average.outcome, average.seeds, average.missing)
    assert (Outcome.OPEN, 5) == (other.outcome, other.seeds)
    more = needed((average, other))
    assert {"max", "min"} == {str(each.model.pooling) for each in more}
    assert set(range(5, 10)) == {each.seed for each in more}
    assert (15, 120, 15) == (plan.least, plan.most, spent((average, other)))


def test_nothing_is_decided_before_the_first_look():
    results = fabricated({"max": 0.97, "average": 0.6}, 4)
    (one,) = standings(plan_of(results), results)
    assert (Outcome.OPEN, 0, None) == (one.outcome, one.seeds, one.difference)
    assert 2 == len(one.missing)
    assert 0 == spent((one,))


def test_later_seeds_do_not_change_an_earlier_decision():
    many = fabricated({"max": 0.97, "average": 0.6}, 10)
    few = replace(many, comparison=Comparison(many.comparison.arms, tuple(range(5))))
    plan = plan_of(many)
    assert standings(plan, many)[0].difference == standings(plan, few)[0].difference


def test_a_run_that_diverged_is_left_out_and_not_asked_for_again():
    results = diverged(fabricated({"max": 0.97, "average": 0.6}, 5), 1, 3)
    (one,) = standings(plan_of(results), results)
    assert (Outcome.LOWER, 4, ()) == (one.outcome, one.difference.n, one.missing)


def test_without_a_decision_at_the_last_look_nothing_more_is_needed():
    results = fabricated({"max": 0.97, "average": 0.969}, 6)
    (one,) = standings(plan_of(results, looks=(3, 6)), results)
    assert (Outcome.OPEN, 6, ()) == (one.outcome, one.seeds, one.missing)


def test_a_replay_counts_the_runs_that_looks_would_have_taken():
    rates = {"max": 0.97, "average": 0.8, "min": 0.7, "conv": 0.969}
    results = replace(fabricated(rates, 20), chance=Chance.SEEDS)
    played = replay(plan_of(results, looks=(5, 10, 20)), results)
    assert () == played.contradicted
    early = [one for one in played.standings if one.outcome is Outcome.LOWER]
    assert {5} == {one.seeds for one in early}
    assert ({"average", "min"}) == {str(one.arm.pooling) for one in early}
    assert {Outcome.LOWER} == {played.fixed[one.arm] for one in early}
    assert (80, 2 * 5 + 2 * max(one.seeds for one in played.standings)) == (
        played.whole,
        played.spent,
    )


def test_a_replay_needs_all_runs():
    results = fabricated({"max": 0.97, "average": 0.8}, 5)
    with pytest.raises(ValueError, match="10 are missing"):
        replay(plan_of(results, looks=(5, 10)), results)
