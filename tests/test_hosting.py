"""Does a hosted dashboard give strangers what it promises, and no more?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.config import Experiment
from core.hosting import (
    MOST_QUEUED,
    MOST_RUNS,
    SoFar,
    refusal,
    seconds_of_day,
    too_large,
)
from core.store import RunStore
from tests.store.store_samples import a_run

NOTHING = SoFar(own=0, queued=0, seconds=0.0)
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def asked(count=1, **flat):
    return [Experiment.from_flat({**flat, "seed": seed}) for seed in range(count)]


@pytest.mark.parametrize(
    "flat",
    [
        {},
        {"pooling": "conv", "head": "flatten"},
        {"dataset": "shapes", "train_size": 4_000, "epochs": 8},
    ],
)
def test_small_trainings_are_taken(flat):
    assert refusal(asked(10, **flat), NOTHING, 60.0) is None


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({"dataset": "mnist"}, "digits and shapes only"),
        ({"dataset": "cifar10", "train_size": 10}, "digits and shapes only"),
        ({"dataset": "shapes"}, "4,000 images at most"),
        ({"epochs": 21}, "20 epochs at most"),
        ({"widths": "256,512"}, "MACs for an image"),
        ({"dataset": "shapes", "train_size": 100, "image_size": 128}, "MACs for an image"),
    ],
)
def test_large_ones_are_refused_with_the_reason(flat, said):
    assert said in too_large(Experiment.from_flat(flat))
    assert said in refusal(asked(**flat), NOTHING, 60.0)


@pytest.mark.parametrize(
    ("count", "so_far", "said"),
    [
        (MOST_RUNS + 1, NOTHING, "choose fewer strategies or seeds"),
        (1, replace(NOTHING, own=3), "one request at a time"),
        (1, replace(NOTHING, queued=MOST_QUEUED), "try again in some minutes"),
        (1, replace(NOTHING, seconds=60.0), "trained for 1 min in the last 24 hours"),
    ],
)
def test_too_much_at_once_is_refused_with_the_reason(count, so_far, said):
    assert said in refusal(asked(count), so_far, 60.0)


def test_the_budget_is_that_of_the_last_24_hours_whatever_the_clock_did(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    times = {
        0: (NOW - timedelta(hours=23)).isoformat(),
        1: (NOW - timedelta(hours=25)).isoformat(),
        # a clock that ran ahead: counted, so that nobody trains for nothing
        2: (NOW + timedelta(hours=3)).isoformat(),
        3: "2026-01-02T11:00:00",
        4: "yesterday",
    }
    for seed, created in times.items():
        store.put(replace(a_run(seed), created=created, seconds=10.0**seed))
    assert 1.0 + 100.0 + 1000.0 == seconds_of_day(store.summaries(), NOW)
