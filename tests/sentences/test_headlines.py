"""Do the sentences above the figures say what the data say, in good English, and no more?"""

import re
from dataclasses import replace

import pytest

from core.catalog import POOLINGS, Pooling
from core.comparison import Comparison, Results
from core.comparison.families import compare_facet
from core.config import Experiment
from core.figures.palette import STYLES
from core.sentences.headlines import (
    accuracy_headline,
    history_headline,
    home_headline,
    plain,
    train_headline,
)
from core.sentences.networks import two_networks
from tests.store.store_samples import a_run

SPREAD = (-0.002, -0.001, 0.0, 0.001, 0.002)
"""how the seeds of an arm lie around its mean"""

JITTER = {
    "gap": (0.001, -0.002, 0.001, 0.002, -0.002),
    "flatten": (-0.002, 0.001, 0.002, -0.002, 0.001),
}
"""how their differences from the first arm lie: five seeds decide a point and not a tenth of one"""


@pytest.fixture
def every_strategy(monkeypatch):
    """A catalog in which every name of the vocabulary can be built."""
    for pooling in Pooling:
        if pooling not in POOLINGS:
            entry = replace(POOLINGS[Pooling.MAX], name=pooling, label=pooling.capitalize())
            monkeypatch.setitem(POOLINGS, pooling, entry)


def arms(head="gap", dropout="none", **means):
    """(pooling, head, dropout) -> seed -> test accuracy, from a mean in percent per pooling.

    The first has no jitter, so every other differs from it by its mean and the jitter.
    """
    found = {}
    for index, (pooling, mean) in enumerate(means.items()):
        jitter = JITTER[head] if index else (0.0,) * 5
        values = [mean / 100 + s + j for s, j in zip(SPREAD, jitter, strict=True)]
        found[pooling.replace("_", "-"), head, dropout] = dict(enumerate(values))
    return found


def results_of(accuracies, seeds=range(5)):
    """Results in which the arms have these test accuracies for these seeds."""
    experiments = [
        Experiment.from_flat({"pooling": pooling, "head": head, "dropout": dropout})
        for pooling, head, dropout in accuracies
    ]
    runs = [
        replace(
            a_run(seed, pooling=pooling, head=head, dropout=dropout), test_accuracy=values[seed]
        )
        for (pooling, head, dropout), values in accuracies.items()
        for seed in seeds
        if seed in values
    ]
    return Results(Comparison.of(experiments, seeds), {run.key: run for run in runs})


def only(accuracies, *seeds):
    """The accuracies of some seeds."""
    return {
        arm: {s: v for s, v in values.items() if s in seeds} for arm, values in accuracies.items()
    }


def accuracy_text(accuracies, *, wanted=None):
    return plain(accuracy_headline(results_of(accuracies), wanted))


def home_text(accuracies):
    return plain(home_headline(results_of(accuracies)))


def test_nothing_trained_is_said():
    nothing = {arm: {} for arm in arms(max=98, average=94)}
    assert "This comparison has not been trained yet." == accuracy_text(nothing)
    assert "This comparison has not been trained yet." == home_text(nothing)


def test_an_empty_comparison_is_nothing_trained():
    assert "This comparison has not been trained yet." == accuracy_text({})


def test_one_arm_is_described_by_itself():
    # by hand: sd .0015811, t(.975, 4) = 2.7764, half = 2.7764 * .0015811 / sqrt(5) = .00196
    assert (
        "With a GAP head, max reaches 98.0 ± 0.2 % on the test images, over five seeds."
        == accuracy_text(arms(max=98))
    )


def test_one_seed_is_no_comparison():
    assert (
        "With a GAP head, max reaches 97.8 % on the test images, over one seed."
        == accuracy_text(only(arms(max=98, average=94), 0))
    )


def test_an_arm_that_is_alone_in_having_runs_is_described_by_itself():
    untrained = {arm: {} for arm in arms(average=94)}
    assert (
        "With a Flatten head, max reaches 98.0 ± 0.2 % on the test images, over five seeds."
        == accuracy_text(arms("flatten", max=98) | {("average", "flatten", "none"): {}})
    )
    assert accuracy_text(arms(max=98) | untrained) == accuracy_text(arms(max=98))


def test_the_reference_can_be_ahead():
    assert "With a GAP head, max is ahead of average by 4.2 points." == accuracy_text(
        arms(max=98, average=93.8)
    )


def test_the_reference_can_be_behind():
    assert "With a GAP head, average is behind max by 4.2 points." == accuracy_text(
        arms(average=93.8, max=98)
    )


def test_the_reference_can_be_ahead_of_some_and_behind_others():
    assert (
        "With a GAP head, max is ahead of none by 7.7 points and of average by 4.2, "
        "and behind conv by 1.0 points."
        == accuracy_text(arms(max=98, average=93.8, none=90.3, conv=99))
    )


def test_several_that_are_ahead_are_listed_from_the_largest():
    assert (
        "With a GAP head, average is behind conv by 4.0 points, max by 3.0 and strided by 2.0."
        == accuracy_text(arms(average=94, max=97, strided=96, conv=98))
    )


def test_seeds_that_decide_nothing_are_said_to():
    assert "With a GAP head, these five seeds cannot tell max from average." == accuracy_text(
        arms(max=98, average=97.9)
    )
    assert (
        "With a GAP head, these five seeds cannot tell max from average, conv or strided."
        == accuracy_text(arms(max=98, average=97.9, conv=98.05, strided=98))
    )


def test_established_and_undecided_differences_stand_in_one_sentence():
    assert (
        "With a GAP head, max is ahead of average by 4.2 points; "
        "these five seeds cannot tell it from conv."
        == accuracy_text(arms(max=98, average=93.8, conv=98.05))
    )
    assert (
        "With a GAP head, max is ahead of none by 7.7 points, and behind strided by 1.0 points; "
        "these five seeds cannot tell it from average or conv."
        == accuracy_text(arms(max=98, average=98.05, conv=97.95, none=90.3, strided=99))
    )


def test_the_seeds_that_are_counted_are_those_of_the_least_known_pair():
    two_seeds = only(arms(max=98, average=98.05), 0, 3)
    known = arms(max=98) | {("average", "gap", "none"): two_seeds["average", "gap", "none"]}
    assert "With a GAP head, these two seeds cannot tell max from average." == accuracy_text(known)


def test_more_than_three_are_counted(every_strategy):
    behind = arms(max=98, soft=97, conv=96, none=95, strided=94, average=93)
    assert (
        "With a GAP head, max is ahead of average by 5.0 points, of strided by 4.0, "
        "of none by 3.0 and of two others." == accuracy_text(behind)
    )
    ahead = arms(max=91, soft=92.5, conv=93, none=94, strided=95)
    assert (
        "With a GAP head, max is behind strided by 4.0 points, none by 3.0, "
        "conv by 2.0 and one other." == accuracy_text(ahead)
    )
    undecided = arms(max=98, soft=98, conv=98, none=98, strided=98, average=98)
    assert (
        "With a GAP head, these five seeds cannot tell max from soft, conv, none or two others."
        == accuracy_text(undecided)
    )


def test_an_established_difference_below_the_last_digit_is_not_written_as_zero():
    tiny = (0.0004, 0.0003, 0.0004, 0.0005, 0.0004)
    base = arms(max=98)
    close = {seed: 0.98 + s + t for seed, (s, t) in enumerate(zip(SPREAD, tiny, strict=True))}
    assert "With a GAP head, max is behind average by less than 0.1 points." == accuracy_text(
        base | {("average", "gap", "none"): close}
    )


def test_the_wanted_strategy_is_the_reference():
    both = arms(max=98, average=93.8)
    assert "With a GAP head, average is behind max by 4.2 points." == accuracy_text(
        both, wanted=Pooling.AVERAGE
    )
    assert accuracy_text(both) == accuracy_text(both, wanted=Pooling.STRIDED)


@pytest.mark.parametrize(
    ("dropout", "expected"),
    [
        ("none", "with a Flatten head"),
        ("input", "with a Flatten head and dropout on the input"),
        ("before-pool", "with a Flatten head and dropout before each pool"),
        ("after-pool", "with a Flatten head and dropout after each pool"),
        ("after-last-pool", "with a Flatten head and dropout after the last pool"),
        ("head", "with a Flatten head and dropout in the head"),
    ],
)
def test_a_facet_is_named_by_its_head_and_dropout(dropout, expected):
    (facet,) = results_of(arms("flatten", dropout, max=98)).comparison.facets
    assert expected == facet.clause


def test_a_sentence_says_where_dropout_sits():
    assert (
        "With a GAP head and dropout after the last pool, max is ahead of average by 4.2 points."
        == accuracy_text(arms("gap", "after-last-pool", max=98, average=93.8))
    )


def test_the_sentence_is_about_the_first_facet_that_compares_something():
    flatten = arms("flatten", max=98, average=96.3)
    expected = "With a Flatten head, max is ahead of average by 1.7 points."
    assert expected == accuracy_text({arm: {} for arm in arms(max=98, average=94)} | flatten)
    only_max = arms(max=98) | {("average", "gap", "none"): {}}
    assert expected == accuracy_text(only_max | flatten)


def test_two_heads_that_differ_in_what_the_pool_matters_are_put_side_by_side():
    assert (
        "The head decides how much the pool matters: with a GAP head, average is 4.2 points below "
        "max; with a Flatten head, only 1.7."
        == home_text(arms(max=98, average=93.8) | arms("flatten", max=98.4, average=96.7))
    )


def test_the_strategy_that_differs_most_under_the_first_head_is_named():
    assert (
        "The head decides how much the pool matters: with a GAP head, none is 7.7 points below "
        "max; with a Flatten head, only 1.0."
        == home_text(
            arms(max=98, average=93.8, none=90.3)
            | arms("flatten", max=98.4, average=96.7, none=97.4)
        )
    )


def test_a_second_head_under_which_the_pool_matters_more_is_no_only():
    assert (
        "The head decides how much the pool matters: with a Flatten head, average is 1.7 points "
        "below max; with a GAP head, 4.2."
        == home_text(arms("flatten", max=98.4, average=96.7) | arms(max=98, average=93.8))
    )


def test_a_second_head_that_turns_the_difference_round_is_said_to():
    assert (
        "The head decides how much the pool matters: with a GAP head, average is 4.2 points below "
        "max; with a Flatten head, 1.0 points above."
        == home_text(arms(max=98, average=93.8) | arms("flatten", max=97, average=98))
    )


def test_a_second_head_under_which_nothing_is_decided_is_said_to():
    assert (
        "The head decides how much the pool matters: with a GAP head, average is 4.2 points below "
        "max; with a Flatten head, five seeds are too few to tell which is ahead."
        == home_text(arms(max=98, average=93.8) | arms("flatten", max=98, average=98.05))
    )


def test_the_head_decides_nothing_where_both_heads_agree():
    assert (
        "With a GAP head, average is 4.2 points below max; with a Flatten head, 4.1."
        == home_text(arms(max=98, average=93.8) | arms("flatten", max=98.4, average=94.3))
    )


def test_without_an_established_difference_home_says_what_accuracy_says():
    both = arms(max=98, average=97.9) | arms("flatten", max=98, average=96)
    assert "With a GAP head, these five seeds cannot tell max from average." == home_text(both)


def test_one_head_is_no_comparison_of_heads():
    one = arms(max=98, average=93.8) | arms("gap", "head", max=98, average=96)
    assert "With a GAP head, max is ahead of average by 4.2 points." == home_text(one)


def test_heads_with_different_dropout_are_not_compared():
    confounded = arms(max=98, average=93.8) | arms("flatten", "head", max=98, average=96)
    assert "With a GAP head, max is ahead of average by 4.2 points." == home_text(confounded)


def test_heads_are_not_compared_against_different_references():
    without_max = {("max", "flatten", "none"): {}} | arms("flatten", conv=98, average=96)
    assert (
        "With a GAP head, max is ahead of average by 4.2 points; "
        "these five seeds cannot tell it from conv."
        == home_text(arms(max=98, conv=98.05, average=93.8) | without_max)
    )


def test_heads_are_compared_against_the_reference_of_the_first():
    other_order = arms("flatten", average=96.7, max=98.4)
    both = arms(max=98, average=93.8) | other_order
    assert home_text(both).endswith("with a Flatten head, only 1.7.")


@pytest.mark.parametrize(
    ("missing", "total", "time", "expected"),
    [
        (0, 0, None, "Choose something to compare."),
        (0, 1, None, "The only run of this comparison is trained."),
        (0, 2, None, "Both runs of this comparison are trained."),
        (0, 20, "9 s", "All twenty runs of this comparison are trained."),
        (0, 40, None, "All 40 runs of this comparison are trained."),
        (1, 1, "2 s", "The only run is missing; about 2 s on this machine."),
        (1, 1, None, "The only run is missing; how long that takes is not known yet."),
        (2, 2, "4 s", "Both runs are missing; about 4 s on this machine."),
        (1, 5, "2 s", "One of five runs is missing; about 2 s on this machine."),
        (8, 20, "16 s", "Eight of twenty runs are missing; about 16 s on this machine."),
        (
            8,
            40,
            "less than a minute",
            "8 of 40 runs are missing; less than a minute on this machine.",
        ),
        (8, 40, None, "8 of 40 runs are missing; how long that takes is not known yet."),
        (40, 40, "1 min 10 s", "All 40 runs are missing; about 1 min 10 s on this machine."),
        (
            1_100,
            1_200,
            "2 h 5 min",
            "1,100 of 1,200 runs are missing; about 2 h 5 min on this machine.",
        ),
    ],
)
def test_train_says_what_is_missing_and_how_long_it_takes(missing, total, time, expected):
    assert expected == plain(train_headline(missing, total, time))


@pytest.mark.parametrize(
    ("here", "bundled", "expected"),
    [
        (0, 0, "Nothing is stored yet."),
        (0, 1, "The only run stored here came with Poolscope."),
        (0, 20, "All twenty runs stored here came with Poolscope."),
        (1, 0, "1 run is stored."),
        (12, 0, "12 runs are stored."),
        (1, 180, "180 bundled runs, and 1 that was trained here or imported."),
        (1_000, 234, "234 bundled runs, and 1,000 that were trained here or imported."),
    ],
)
def test_history_counts_the_runs(here, bundled, expected):
    assert expected == plain(history_headline(here, bundled))


def test_abbreviations_keep_their_capitals_and_a_sentence_begins_with_one(monkeypatch):
    gem = replace(POOLINGS[Pooling.MAX], name=Pooling.GEM, label="GeM")
    monkeypatch.setitem(POOLINGS, Pooling.GEM, gem)
    assert "Max and GeM." == plain((Pooling.MAX, " and ", Pooling.GEM, "."))
    assert "GeM and max." == plain((Pooling.GEM, " and ", Pooling.MAX, "."))


def test_strategies_stand_in_a_sentence_as_themselves_for_the_page_to_mark():
    sentence = accuracy_headline(results_of(arms(max=98, average=93.8)))
    assert [Pooling.MAX, Pooling.AVERAGE] == [part for part in sentence if part in STYLES]


def test_a_facet_is_compared_in_the_order_of_its_arms():
    results = results_of(arms(max=98, average=93.8, none=97))
    (facet,) = results.comparison.facets
    assert ["average", "none"] == [found.arm.pooling for found in compare_facet(results, facet)]
    assert ["max", "none"] == [
        found.arm.pooling for found in compare_facet(results, facet, Pooling.AVERAGE)
    ]
    alone = results_of(arms(max=98))
    (facet,) = alone.comparison.facets
    assert () == compare_facet(alone, facet)


FORBIDDEN = re.compile(
    r"signific|no difference|better|worse|best|worst|p =|-|  |\.\.| ,", re.IGNORECASE
)


@pytest.mark.parametrize("conv", [90, 97, 97.95, 98.05, 99])
@pytest.mark.parametrize("average", [93.8, 97.95, 98, 99.5])
def test_no_sentence_claims_too_much_or_is_badly_set(average, conv):
    gap = arms(max=98, average=average, conv=conv)
    for accuracies in (gap, gap | arms("flatten", max=98, average=97, conv=98)):
        for text in (accuracy_text(accuracies), home_text(accuracies)):
            assert not FORBIDDEN.search(text)
            assert re.fullmatch(r"[A-Z].*[^.]\.", text)


# one strategy under several heads, or with and without dropout


def test_two_heads_of_one_strategy_are_compared():
    accuracies = {**arms("gap", max=98), **arms("flatten", max=94)}
    assert "With max, a GAP head is ahead of a Flatten head by 4.0 points." == accuracy_text(
        jittered(accuracies)
    )


def test_dropout_is_compared_with_none():
    accuracies = {**arms(max=94), **arms(dropout="head", max=98)}
    assert (
        "With max and a GAP head, no dropout is behind dropout in the head by 4.0 points."
        == accuracy_text(jittered(accuracies))
    )


def test_heads_with_dropout_are_named_with_both():
    accuracies = {
        **arms("gap", max=98),
        **arms("flatten", max=94),
        **arms("flatten", dropout="head", max=98),
    }
    assert (
        "With max, a GAP head and no dropout is ahead of a Flatten head and no dropout by 4.0 "
        "points; these five seeds cannot tell it from a Flatten head and dropout in the head."
        == accuracy_text(jittered(accuracies))
    )


def jittered(accuracies):
    """The same, so that differences from the first arm have a spread."""
    first, *others = accuracies.items()
    return dict(
        [
            first,
            *(
                (arm, {s: v + JITTER["gap"][s] for s, v in values.items()})
                for arm, values in others
            ),
        ]
    )


@pytest.mark.parametrize(
    ("means", "said"),
    [
        ((98, 94), "Max + GAP is behind max + Flatten by 4.0 points [−"),
        ((94, 98), "Max + GAP is ahead of max + Flatten by 4.0 points [+"),
        ((98, 98), "It is undecided which of max + GAP and max + Flatten is ahead: [−"),
    ],
)
def test_any_two_networks_are_compared(means, said):
    accuracies = jittered({**arms("flatten", max=means[0]), **arms("gap", max=means[1])})
    results = results_of(accuracies)
    other, one = results.comparison.arms
    sentence = plain(two_networks(results, one, other))
    assert sentence.startswith(said)
    assert sentence.endswith(", over 5 seeds.") or "is ahead: [" in sentence
    assert () == two_networks(results, one, one)


def test_one_seed_cannot_compare_two_networks():
    results = results_of(only({**arms("flatten", max=98), **arms("gap", max=94)}, 0))
    assert ("This needs two seeds of both networks.",) == two_networks(
        results, *results.comparison.arms
    )
