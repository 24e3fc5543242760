"""Is a time estimated from the runs of the store, in proportion to the work that is left?"""

from dataclasses import replace

import pytest

from core.catalog import POOLINGS
from core.comparison.estimate import (
    MOST_RATED_RUNS,
    RATED_OF_A_RECIPE,
    START_SECONDS,
    Progress,
    Rate,
    estimate,
    rates,
    time_left,
    work,
)
from core.config import Experiment
from core.network import describe_model
from core.network.work import BUILD_SECONDS, IMAGE_MACS, RUN_SECONDS, STEP_MACS
from core.run import RunSummary, Source, Status

FIXED = RUN_SECONDS + BUILD_SECONDS
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
    # by hand: per epoch 1,197 training images forward and backward, 1,197 + 300 evaluated; 300 at
    # the end
    experiment = an_experiment(epochs=7)
    totals = describe_model(experiment.model, (1, 8, 8), 10).totals
    weight = POOLINGS["max"].weight
    one_pass = totals.macs + weight * totals.pooling_ops + IMAGE_MACS
    # 1,197 images in batches of 64 are 19 steps
    passes = 3 * 1_197 + (1_197 + 300)
    assert (7 * passes + 300) * one_pass + 7 * 19 * STEP_MACS == work(experiment)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"epochs": 5}, {"epochs": 6}),
        ({"train_size": 300}, {"train_size": 301}),
        (LIGHT, HEAVY),
        ({"pooling": "strided"}, {"pooling": "none"}),
        ({"dataset": "digits", "epochs": 5}, {"dataset": "mnist", "epochs": 5}),
        ({"batch_size": 64}, {"batch_size": 1}),
        ({"pooling": "max"}, {"pooling": "median"}),
        ({"pooling": "none"}, {"pooling": "none", "head": "gem"}),
        ({"head": "gap"}, {"head": "bilinear"}),
    ],
)
def test_work_grows_with_epochs_images_and_network(less, more):
    assert work(an_experiment(**less)) < work(an_experiment(**more))


def test_every_epoch_adds_the_same_work():
    ten, twenty, thirty = (work(an_experiment(epochs=n)) for n in (10, 20, 30))
    assert twenty - ten == thirty - twenty
    assert 1.9 * ten < twenty < 2 * ten


def test_a_run_like_a_stored_one_takes_as_long():
    found = estimate([an_experiment(seed=1)], rates([a_summary(1.7)]), workers=1)
    assert 1.7 + RUN_SECONDS == pytest.approx(found.seconds)
    assert 1.7 + RUN_SECONDS == pytest.approx(found.per_run)
    assert 1 == found.measured


def test_time_is_in_proportion_to_work():
    light, heavy = an_experiment(**LIGHT), an_experiment(**HEAVY)
    found = estimate([heavy], rates([a_summary(2.0, **LIGHT)]), workers=1)
    expected = FIXED + (2.0 - BUILD_SECONDS) * work(heavy) / work(light)
    assert expected == pytest.approx(found.seconds)


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
    assert 2.1 + RUN_SECONDS == pytest.approx(found.seconds)
    assert 3 == found.measured


def test_runs_of_the_same_data_set_go_before_all_others():
    missing = an_experiment(dataset="mnist")
    stored = [a_summary(1.0), a_summary(40.0, dataset="mnist", seed=1), a_summary(1.0, seed=2)]
    found = estimate([missing], rates(stored), workers=1)
    assert 40.0 + RUN_SECONDS == pytest.approx(found.seconds)
    assert 1 == found.measured


def test_runs_of_another_data_set_are_used_where_there_is_none_of_the_same():
    missing = an_experiment(dataset="mnist")
    found = estimate([missing], rates([a_summary(1.0)]), workers=1)
    expected = FIXED + (1.0 - BUILD_SECONDS) * work(missing) / work(an_experiment())
    assert expected == pytest.approx(found.seconds)


def test_progress_shortens_what_is_left():
    missing = [an_experiment(seed=seed) for seed in (1, 2)]
    found = estimate(missing, rates([a_summary(2.0)]), workers=1, progress={missing[0].key: 0.75})
    assert 1.25 * (2.0 - BUILD_SECONDS) + 2 * FIXED == pytest.approx(found.seconds)


def test_progress_of_another_run_changes_nothing():
    known = rates([a_summary(2.0)])
    found = estimate([an_experiment()], known, workers=1, progress={"0" * 16: 0.5})
    assert 2.0 + RUN_SECONDS == pytest.approx(found.seconds)


def test_workers_share_the_time():
    missing = [an_experiment(seed=seed) for seed in range(8)]
    found = estimate(missing, rates([a_summary(2.0)]), workers=4)
    assert 4.0 + 2 * RUN_SECONDS == pytest.approx(found.seconds)
    assert 2.0 + RUN_SECONDS == pytest.approx(found.per_run)


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
    assert (2.0 + RUN_SECONDS, 1) == (pytest.approx(found.seconds), found.measured)


def test_nothing_missing_needs_no_estimate():
    assert estimate([], rates([a_summary(1.0)]), workers=1) is None


def test_only_the_newest_runs_count():
    old = (a_summary(50.0, seed=seed) for seed in range(3 * RATED_OF_A_RECIPE))
    new = [a_summary(1.0)] * RATED_OF_A_RECIPE
    found = estimate([an_experiment()], rates((*new, *old)), workers=1)
    assert 1.0 + RUN_SECONDS == pytest.approx(found.seconds)
    assert RATED_OF_A_RECIPE == found.measured


def test_many_runs_of_one_kind_do_not_hide_those_of_another():
    many = [a_summary(1.0, seed=seed) for seed in range(MOST_RATED_RUNS)]
    other = a_summary(9.0, pooling="lip")
    found = estimate([an_experiment(pooling="lip")], rates((*many, other)), workers=1)
    assert (9.0 + RUN_SECONDS, 1) == (pytest.approx(found.seconds), found.measured)


def test_this_machine_goes_before_the_same_strategy_elsewhere():
    here = a_summary(4.0)
    elsewhere = replace(a_summary(1.0, pooling="lip"), source=Source.BUNDLED)
    experiment = an_experiment(pooling="lip")
    found = estimate([experiment], rates((here, elsewhere)), workers=1)
    expected = 4.0 * work(experiment) / work(an_experiment())
    assert expected == pytest.approx(found.seconds, rel=0.1)
    assert found.here


# while a request is trained


def told(request, known, workers=1):
    """What is said of the time left, and the estimate itself."""
    found = time_left(request, known, workers)
    return found.text, found


BUNDLED = rates(
    [replace(a_summary(s, seed=n), source=Source.BUNDLED) for n, s in enumerate((1.0, 1.1))]
)
"""the machine that trained them is another one"""
SMALL = {"widths": "2", "train_size": 20}


def test_before_the_first_run_has_ended_a_small_request_takes_less_than_a_minute():
    request = [Progress(an_experiment(**SMALL, epochs=n), 0.0) for n in (1, 1_000)]
    text, found = told(request, BUNDLED)
    assert "less than a minute" == text
    assert START_SECONDS < found.seconds


def test_two_runs_of_twenty_images_are_no_matter_of_minutes():
    """One epoch had taken two seconds, starting the worker counted: 33 minutes for 1,000 more."""
    first, second = (an_experiment(**SMALL, epochs=n) for n in (1, 1_000))
    # measured: 0.012 s and 3.7 s
    request = [Progress(first, 1.0, 0.012), Progress(second, 0.0)]
    _, found = told(request, BUNDLED)
    assert 3.7 / 2 <= found.seconds <= 3.7 * 2


@pytest.mark.parametrize("slower", [0.2, 1.0, 5.0])
def test_after_the_first_run_its_own_time_counts_and_not_that_of_another_machine(slower):
    request = [
        Progress(an_experiment(), 1.0, 1.0 * slower),
        *(Progress(an_experiment(seed=seed), 0.0) for seed in range(1, 5)),
    ]
    _, found = told(request, BUNDLED)
    assert found.here
    assert 4 * (slower + RUN_SECONDS) == pytest.approx(found.seconds)


# seconds of trainings on one core, measured one after the other
RECORDED = {
    "batches of one to 256": [
        ({"train_size": 400, "epochs": 2, "batch_size": size}, seconds)
        for size, seconds in ((1, 0.446), (4, 0.203), (16, 0.122), (64, 0.044))
    ],
    "two data sets": [
        ({"dataset": "shapes", "train_size": 400, "epochs": 1, "batch_size": 64}, 0.517),
        ({"dataset": "shapes", "train_size": 400, "epochs": 1, "batch_size": 16}, 0.541),
        ({"dataset": "shapes", "train_size": 400, "epochs": 1, "pooling": "none"}, 1.175),
    ],
}


@pytest.mark.parametrize("recorded", RECORDED.values(), ids=RECORDED)
def test_after_the_first_run_an_estimate_is_at_most_twice_off(recorded):
    runs = [(an_experiment(**flat), seconds) for flat, seconds in recorded]
    for done in range(1, len(runs)):
        request = [
            Progress(one, float(place < done), seconds if place < done else None)
            for place, (one, seconds) in enumerate(runs)
        ]
        left = sum(seconds + RUN_SECONDS for _, seconds in runs[done:])
        found = time_left(request, BUNDLED, workers=1)
        assert left / 2 <= found.seconds <= left * 2


def test_runs_that_were_not_trained_here_say_nothing_of_this_machine():
    request = [Progress(an_experiment(), 1.0, None), Progress(an_experiment(seed=1), 0.0)]
    _, found = told(request, BUNDLED)
    assert not found.here


def test_an_estimate_from_another_machine_is_told_in_minutes():
    many = [Progress(an_experiment(seed=seed), 0.0) for seed in range(150)]
    assert ("3 min", False) == (told(many, BUNDLED)[0], told(many, BUNDLED)[1].here)


def test_nothing_is_left_of_a_request_that_has_ended():
    assert time_left([Progress(an_experiment(), 1.0, 2.0)], BUNDLED, workers=1) is None


# a whole comparison, before anything of it is trained

DIGITS, SHAPES = {"dataset": "digits"}, {"dataset": "shapes", "train_size": 4000, "epochs": 8}
NO_NORM, NORM = {"norm": "none"}, {"norm": "batch"}
MEDIANS = [
    *(
        ({**DIGITS, **NO_NORM, "pooling": pooling, "head": head}, seconds)
        for pooling, both in {
            "max": (1.15, 1.12),
            "average": (1.14, 1.12),
            "none": (1.60, 1.82),
            "soft": (2.04, 1.85),
            "stochastic": (2.37, 2.52),
            "blur-max": (1.89, 1.77),
            "strided": (0.83, 0.85),
            "conv": (1.76, 1.64),
            "gem": (4.03, 4.29),
            "lip": (1.69, 1.67),
            "detail": (2.30, 2.31),
            "rank": (4.42, 4.44),
        }.items()
        for head, seconds in zip(("gap", "flatten"), both, strict=True)
    ),
    *(
        ({**DIGITS, **NO_NORM, "pooling": pooling, "dropout": dropout}, seconds)
        for dropout, both in {
            "input": (1.07, 0.98),
            "before-pool": (1.49, 1.44),
            "after-pool": (1.17, 1.11),
            "after-last-pool": (1.05, 1.07),
            "head": (1.02, 1.02),
        }.items()
        for pooling, seconds in zip(("max", "average"), both, strict=True)
    ),
    ({**DIGITS, **NORM, "pooling": "max"}, 4.84),
    ({**DIGITS, **NORM, "pooling": "conv"}, 3.90),
    ({**DIGITS, **NORM, "pooling": "strided"}, 1.67),
    ({**SHAPES, **NO_NORM, "pooling": "max"}, 8.70),
    ({**SHAPES, **NO_NORM, "pooling": "average"}, 8.24),
    ({**SHAPES, **NO_NORM, "pooling": "blur-max"}, 22.09),
    ({**SHAPES, **NO_NORM, "pooling": "none"}, 25.67),
    ({**SHAPES, **NO_NORM, "pooling": "max", "head": "flatten"}, 10.07),
    ({**SHAPES, **NORM, "pooling": "max"}, 29.81),
]
"""medians over ten, five or three seeds, in seconds, recorded on one core of two"""
COLD_SECONDS = 3.5
"""until the first worker is ready, as CONTRIBUTING has it"""

COMPARISONS = {
    "strategies that nobody trained": lambda flat: flat["pooling"] in {"gem", "lip", "detail"},
    "one strategy": lambda flat: flat["pooling"] == "detail",
    "another head": lambda flat: flat.get("head") == "flatten",
    "every dropout": lambda flat: "dropout" in flat,
    "one dropout": lambda flat: flat.get("dropout") == "head",
    "another data set": lambda flat: flat["dataset"] == "shapes",
    "without norm": lambda flat: flat["norm"] == "none" and flat["dataset"] == "digits",
}


def by_the_clock(seconds, workers):
    """When the last of these runs ends, each begun by the first worker that is free."""
    free = [0.0] * workers
    for each in seconds:
        first = min(range(workers), key=free.__getitem__)
        free[first] += each + RUN_SECONDS
    return max(free)


@pytest.mark.parametrize("cold", [True, False])
@pytest.mark.parametrize("seeds", [2, 10])
@pytest.mark.parametrize("of_it", COMPARISONS.values(), ids=COMPARISONS)
def test_no_estimate_of_a_comparison_exceeds_twice_what_it_takes(of_it, seeds, cold):
    known = rates([a_summary(seconds, **flat) for flat, seconds in MEDIANS if not of_it(flat)])
    runs = [
        (an_experiment(**flat, seed=seed), seconds)
        for seed in range(seeds)
        for flat, seconds in MEDIANS
        if of_it(flat)
    ]
    takes = by_the_clock([seconds for _, seconds in runs], workers=2)
    start = START_SECONDS if cold else 0.0
    found = estimate([experiment for experiment, _ in runs], known, 2, start=start)
    assert takes / 3 <= found.seconds <= 2 * (takes + (COLD_SECONDS if cold else 0.0))


def test_an_ended_run_with_far_less_work_says_nothing_of_what_is_left():
    small = Experiment.from_flat({"train_size": 50, "epochs": 1, "widths": "4"})
    large = Experiment.from_flat({"epochs": 200})
    known = [Rate(1e-9, "digits", "max", "none")]
    alone = time_left([Progress(large, 0.5)], known, workers=1)
    beside = time_left([Progress(small, 1.0, 30.0), Progress(large, 0.5)], known, workers=1)
    assert alone.seconds == pytest.approx(beside.seconds)
