"""Does a comparison name the experiments that it needs, and find the runs that are there?"""

from dataclasses import replace

from core.catalog import DropoutPosition, Head, Pooling
from core.comparison import Arm, Comparison, Results
from core.config import Experiment
from core.run import Status
from tests.store.store_samples import a_run


def an_experiment(**flat):
    return Experiment.from_flat(flat)


def an_arm(**flat):
    return Arm(an_experiment(**flat))


def results_of(comparison, *runs):
    return Results(comparison, {run.key: run for run in runs})


def diverged(run):
    return replace(run, status=Status.DIVERGED, test_accuracy=None)


def max_and_average(*seeds):
    return Comparison.of([an_experiment(pooling=name) for name in ("max", "average")], seeds)


def test_arms_that_are_one_network_appear_once():
    comparison = Comparison.of(
        [
            an_experiment(pooling="max", dropout="none"),
            an_experiment(pooling="max", dropout="head", dropout_rate=0),
            an_experiment(pooling="strided", dropout="before-pool"),
            an_experiment(pooling="strided", dropout="after-pool"),
        ],
        [0],
    )
    assert (
        an_arm(pooling="max"),
        an_arm(pooling="strided", dropout="after-pool"),
    ) == comparison.arms


def test_the_seed_of_an_experiment_does_not_make_an_arm_of_its_own():
    comparison = Comparison.of([an_experiment(seed=7), an_experiment(seed=8)], [1, 2])
    assert (an_arm(seed=0),) == comparison.arms
    assert [1, 2] == [experiment.seed for experiment in comparison.experiments]


def test_arms_keep_the_order_in_which_they_were_chosen():
    comparison = Comparison.of(
        [an_experiment(pooling=name) for name in ("min", "max", "average", "max")], [0]
    )
    assert [Pooling.MIN, Pooling.MAX, Pooling.AVERAGE] == [arm.pooling for arm in comparison.arms]


def test_every_arm_has_its_first_seed_before_any_has_its_second():
    wanted = [(e.seed, e.model.pooling) for e in max_and_average(3, 4).experiments]
    assert [(3, "max"), (3, "average"), (4, "max"), (4, "average")] == wanted


def test_an_arm_with_a_seed_is_that_experiment():
    arm = an_arm(pooling="conv", head="flatten", dropout="head")
    wanted = an_experiment(pooling="conv", head="flatten", dropout="head", seed=5)
    assert wanted.key == arm.seeded(5).key


def test_facets_part_the_arms_by_head_and_dropout_in_order_of_appearance():
    comparison = Comparison.of(
        [
            an_experiment(pooling=pooling, head=head, dropout=dropout)
            for dropout in ("head", "none")
            for head in ("flatten", "gap")
            for pooling in ("max", "average")
        ],
        [0],
    )
    assert [
        (Head.FLATTEN, DropoutPosition.HEAD),
        (Head.GAP, DropoutPosition.HEAD),
        (Head.FLATTEN, DropoutPosition.NONE),
        (Head.GAP, DropoutPosition.NONE),
    ] == [(facet.head, facet.dropout) for facet in comparison.facets]
    assert [["max", "average"]] * 4 == [
        [str(arm.pooling) for arm in facet.arms] for facet in comparison.facets
    ]


def test_no_arm_and_no_seed_make_an_empty_comparison():
    assert () == Comparison.of([], [0, 1]).experiments
    assert () == Comparison.of([], [0, 1]).facets
    assert () == Comparison.of([an_experiment()], []).experiments


def test_results_find_the_runs_of_an_arm_by_seed():
    there = [a_run(seed) for seed in (0, 2)]
    results = results_of(max_and_average(0, 1, 2), *there)
    assert dict(zip((0, 2), there, strict=True)) == results.of(an_arm(pooling="max"))
    assert {0: 293 / 300, 2: 293 / 300} == results.test_accuracy(an_arm(pooling="max"))
    assert {} == results.test_accuracy(an_arm(pooling="average"))


def test_runs_of_seeds_that_were_not_asked_for_are_left_out():
    results = results_of(max_and_average(0), a_run(0), a_run(1))
    assert [0] == list(results.of(an_arm(pooling="max")))


def test_a_diverged_run_is_neither_missing_nor_counted():
    bad = diverged(a_run(1))
    results = results_of(max_and_average(0, 1), a_run(0), bad)
    assert [0] == list(results.of(an_arm(pooling="max")))
    assert (bad,) == results.diverged
    assert [(0, "average"), (1, "average")] == [
        (experiment.seed, experiment.model.pooling) for experiment in results.missing
    ]


def test_the_reference_is_the_wanted_strategy_if_it_has_a_run():
    comparison = max_and_average(0)
    results = results_of(comparison, a_run(0), a_run(0, pooling="average"))
    (facet,) = comparison.facets
    assert an_arm(pooling="average") == results.reference(facet, Pooling.AVERAGE)
    assert an_arm(pooling="max") == results.reference(facet)
    assert an_arm(pooling="max") == results.reference(facet, Pooling.STRIDED)


def test_the_reference_is_the_first_strategy_that_has_a_run():
    comparison = max_and_average(0)
    (facet,) = comparison.facets
    untrained_first = results_of(comparison, a_run(0, pooling="average"))
    assert an_arm(pooling="average") == untrained_first.reference(facet, Pooling.MAX)
    only_diverged = results_of(comparison, diverged(a_run(0)))
    assert only_diverged.reference(facet) is None


def test_an_arm_whose_two_positions_are_one_network_stands_beside_both_and_trains_once():
    arms = [
        Arm(Experiment.from_flat({"pooling": pooling, "dropout": position}), position)
        for position in (DropoutPosition.BEFORE_POOL, DropoutPosition.AFTER_POOL)
        for pooling in ("max", "strided")
    ]
    comparison = Comparison.of(arms, [0, 1])
    poolings = [[arm.pooling for arm in facet.arms] for facet in comparison.facets]
    assert [["max", "strided"], ["max", "strided"]] == poolings
    # max at two positions, strided once, two seeds each
    assert 6 == len(comparison.experiments)
