"""Does the library's `compare` give the paired difference of a store, and name what is missing?"""

from dataclasses import replace

import pytest

import core
from core.comparison.statistics import Verdict
from core.errors import ConfigError
from core.run import Status
from core.store import RunStore
from tests.store.store_samples import a_run

AVERAGE, MAX = (core.Experiment.from_flat({"pooling": name}) for name in ("average", "max"))
SEEDS = range(3)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs.db")


def put(store, pooling, accuracies):
    for seed, accuracy in enumerate(accuracies):
        store.put(replace(a_run(seed, pooling=pooling), test_accuracy=accuracy))


def test_it_is_the_paired_difference_of_the_test_accuracies(store):
    put(store, "average", (0.90, 0.91, 0.93))
    put(store, "max", (0.94, 0.95, 0.97))
    difference = core.compare(AVERAGE, MAX, store, SEEDS)
    assert (3, pytest.approx(-0.04)) == (difference.n, difference.mean)


def test_a_network_differs_from_itself_by_nothing(store):
    put(store, "max", (0.94, 0.95, 0.97))
    difference = core.compare(MAX, MAX, store, SEEDS)
    assert (0.0, Verdict.UNDECIDED) == (difference.mean, difference.verdict)


def test_missing_runs_are_counted_and_the_first_is_named(store):
    put(store, "max", (0.94, 0.95, 0.97))
    with pytest.raises(ConfigError, match=r"^3 of 6 runs .* average, gap, seed 0$"):
        core.compare(AVERAGE, MAX, store, SEEDS)


def test_runs_that_diverged_make_no_pair(store):
    put(store, "max", (0.94, 0.95))
    for seed in range(2):
        store.put(
            replace(
                a_run(seed, pooling="average"),
                status=Status.DIVERGED,
                test_accuracy=None,
                predictions=b"",
            )
        )
    with pytest.raises(ConfigError, match=r"2 pairs of runs .* 2 runs that diverged"):
        core.compare(AVERAGE, MAX, store, range(2))
