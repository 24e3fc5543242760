"""Is a time estimated from the runs of the store, in proportion to the work that is left?"""

from dataclasses import replace

import pytest

from core.comparison.estimate import FIXED_MACS, NEWEST, estimate, rates, work
from core.config import Experiment
from core.network import describe
from core.run import RunSummary, Source, Status

LIGHT = {"widths": "8,16"}
HEAVY = {"widths": "32,64"}


def an_experiment(**flat):
    return Experiment.from_flat(flat)


def a_summary(seconds, **flat):
    """A stored run of this configuration that took so many seconds on a CPU."""
    experiment = an_experiment(**flat)
    return RunSummary(
        key=experiment.key,
        config=experiment.to_flat(),
        status=Status.DONE,
        seed=experiment.seed,
        train_accuracy=1.0,
        validation_accuracy=1.0,
        test_accuracy=1.0,
        parameters=1,
        macs=1,
        seconds=seconds,
        device="cpu",
        capability="AVX2",
        created="2026-01-01T00:00:00.000+00:00",
        source=Source.HERE,
    )


def test_the_work_of_a_run_is_what_the_images_of_its_epochs_cost():
    # by hand: per epoch 1,197 training images forward and backward, 1,197 + 300 evaluated
    experiment = an_experiment(epochs=7)
    totals = describe(experiment.model, (1, 8, 8), 10).totals
    training = 3 * (totals.macs + totals.pooling_ops + FIXED_MACS) * 1_197
    assert 7 * (training + totals.macs * (1_197 + 300)) == work(experiment)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"epochs": 5}, {"epochs": 6}),
        ({"train_size": 300}, {"train_size": 301}),
        (LIGHT, HEAVY),
        ({"pooling": "strided"}, {"pooling": "none"}),
        ({"dataset": "digits", "epochs": 5}, {"dataset": "mnist", "epochs": 5}),
    ],
)
def test_work_grows_with_epochs_images_and_network(less, more):
    assert work(an_experiment(**less)) < work(an_experiment(**more))


def test_twice_the_epochs_are_twice_the_work():
    assert 2 * work(an_experiment(epochs=10)) == work(an_experiment(epochs=20))


def test_a_run_like_a_stored_one_takes_as_long():
    found = estimate([an_experiment(seed=1)], rates([a_summary(1.7)]), workers=1)
    assert 1.7 == pytest.approx(found.seconds)
    assert 1.7 == pytest.approx(found.per_run)
    assert 1 == found.measured


def test_time_is_in_proportion_to_work():
    light, heavy = an_experiment(**LIGHT), an_experiment(**HEAVY)
    found = estimate([heavy], rates([a_summary(2.0, **LIGHT)]), workers=1)
    assert 2.0 * work(heavy) / work(light) == pytest.approx(found.seconds)


def test_the_time_of_several_runs_is_their_sum_and_one_run_their_mean():
    light, heavy = an_experiment(**LIGHT), an_experiment(**HEAVY)
    stored = [a_summary(2.0, **LIGHT)]
    alone = [estimate([one], rates(stored), workers=1).seconds for one in (light, heavy)]
    found = estimate([light, heavy], rates(stored), workers=1)
    assert sum(alone) == pytest.approx(found.seconds)
    assert sum(alone) / 2 == pytest.approx(found.per_run)


def test_one_slow_run_of_the_store_does_not_spoil_the_estimate():
    stored = [a_summary(seconds, seed=seed) for seed, seconds in enumerate((2.0, 2.1, 90.0))]
    found = estimate([an_experiment(seed=9)], rates(stored), workers=1)
    assert 2.1 == pytest.approx(found.seconds)
    assert 3 == found.measured


def test_runs_of_the_same_data_set_go_before_all_others():
    missing = an_experiment(dataset="mnist")
    stored = [a_summary(1.0), a_summary(40.0, dataset="mnist", seed=1), a_summary(1.0, seed=2)]
    found = estimate([missing], rates(stored), workers=1)
    assert 40.0 == pytest.approx(found.seconds)
    assert 1 == found.measured


def test_runs_of_another_data_set_are_used_where_there_is_none_of_the_same():
    missing = an_experiment(dataset="mnist")
    found = estimate([missing], rates([a_summary(1.0)]), workers=1)
    assert work(missing) / work(an_experiment()) == pytest.approx(found.seconds)


def test_progress_shortens_what_is_left():
    missing = [an_experiment(seed=seed) for seed in (1, 2)]
    found = estimate(missing, rates([a_summary(2.0)]), workers=1, progress={missing[0].key: 0.75})
    assert 0.25 * 2.0 + 2.0 == pytest.approx(found.seconds)


def test_progress_of_another_run_changes_nothing():
    known = rates([a_summary(2.0)])
    found = estimate([an_experiment()], known, workers=1, progress={"0" * 16: 0.5})
    assert 2.0 == pytest.approx(found.seconds)


def test_workers_share_the_time():
    missing = [an_experiment(seed=seed) for seed in range(8)]
    found = estimate(missing, rates([a_summary(2.0)]), workers=4)
    assert 4.0 == pytest.approx(found.seconds)
    assert 2.0 == pytest.approx(found.per_run)


def test_more_workers_than_runs_cannot_be_faster_than_the_longest_run():
    light, heavy = an_experiment(**LIGHT), an_experiment(**HEAVY)
    stored = [a_summary(2.0, **LIGHT)]
    found = estimate([light, heavy], rates(stored), workers=16)
    assert estimate([heavy], rates(stored), workers=1).seconds == pytest.approx(found.seconds)


@pytest.mark.parametrize(
    "useless",
    [
        [],
        [replace(a_summary(1.0), status=Status.DIVERGED)],
        [replace(a_summary(1.0), device="cuda")],
        [replace(a_summary(1.0), config={"pooling": "of a later version"})],
        [replace(a_summary(1.0), config={"field": "of a later version"})],
    ],
    ids=["no run", "diverged", "on a GPU", "unknown strategy", "unknown field"],
)
def test_without_a_run_that_tells_the_speed_of_this_machine_there_is_no_estimate(useless):
    assert estimate([an_experiment()], rates(useless), workers=1) is None


def test_runs_that_tell_nothing_do_not_hide_those_that_do():
    stored = [replace(a_summary(1.0), device="cuda"), a_summary(2.0)]
    found = estimate([an_experiment()], rates(stored), workers=1)
    assert (2.0, 1) == (pytest.approx(found.seconds), found.measured)


def test_nothing_missing_needs_no_estimate():
    assert estimate([], rates([a_summary(1.0)]), workers=1) is None


def test_only_the_newest_runs_count():
    old = (a_summary(50.0, seed=seed) for seed in range(3 * NEWEST))
    new = [a_summary(1.0)] * NEWEST
    found = estimate([an_experiment()], rates((*new, *old)), workers=1)
    assert 1.0 == pytest.approx(found.seconds)
    assert NEWEST == found.measured
