"""Is the nearest stored comparison found, named in full, and found fast?"""

import random
import time
from dataclasses import replace

import pytest

from core.catalog import DATASETS, POOLINGS
from core.comparison import Comparison
from core.comparison.address import address
from core.comparison.nearest import Change, nearest
from core.comparison.stock import Stock, usual
from core.config import Experiment
from core.config.fields import FIELDS
from core.run import RunSummary, Source, Status
from core.sentences.headlines import plain
from core.sentences.instead import instead_headline, not_trained, shown_instead

FAST_SECONDS = 0.05


def stored(experiment, *, key=None, status=Status.DONE):
    """A row of a store's list."""
    return RunSummary(
        key=key or experiment.key,
        config=experiment.to_flat(),
        status=status,
        seed=experiment.seed,
        train_accuracy=0.9,
        validation_accuracy=0.9,
        test_accuracy=0.9,
        parameters=1,
        macs=1,
        seconds=1.0,
        device="cpu",
        capability="AVX2",
        created="2026-01-01T00:00:00.000+00:00",
        source=Source.BUNDLED,
    )


def comparison(poolings="max average", heads="gap", dropouts="none", seeds=5, **shared):
    return Comparison.of(
        [
            Experiment.from_flat(
                {
                    "dataset": "digits",
                    **shared,
                    "pooling": pooling,
                    "head": head,
                    "dropout": dropout,
                }
            )
            for dropout in dropouts.split()
            for head in heads.split()
            for pooling in poolings.split()
        ],
        range(seeds),
    )


def stock(*comparisons):
    return Stock([stored(each) for made in comparisons for each in made.experiments])


def changes(found):
    return {change.name: (change.chosen, change.shown) for change in found.changes}


NEAR = {
    "dropout": (
        comparison(dropouts="head"),
        [comparison()],
        {"dropout": (("head",), ("none",))},
    ),
    "head": (
        comparison(heads="flatten"),
        [comparison()],
        {"head": (("flatten",), ("gap",))},
    ),
    "one head of two, with other dropout": (
        comparison(heads="gap flatten", dropouts="head"),
        [comparison(heads="gap")],
        {"head": (("gap", "flatten"), ("gap",)), "dropout": (("head",), ("none",))},
    ),
    "data set, its hyperparameters and what only it has follow": (
        comparison(dataset="shapes", image_size=48),
        [comparison()],
        {"dataset": (("shapes",), ("digits",))},
    ),
    "data set and a hyperparameter of one's own": (
        comparison(dataset="shapes", lr=0.3),
        [comparison()],
        {"dataset": (("shapes",), ("digits",)), "lr": ((0.3,), (0.1,))},
    ),
    "a dropout rate without dropout is no change of its own": (
        comparison(dropouts="head", dropout_rate=0.5),
        [comparison()],
        {"dropout": (("head",), ("none",))},
    ),
    "fewest changes": (
        comparison(lr=0.3, epochs=3),
        [comparison(), comparison(lr=0.3)],
        {"epochs": ((3,), (20,))},
    ),
    "the nearest number": (
        comparison(lr=0.3),
        [comparison(lr=0.01), comparison(lr=0.2), comparison(lr=1.0)],
        {"lr": ((0.3,), (0.2,))},
    ),
    "the nearest widths of as many blocks": (
        comparison(widths="8,30"),
        [comparison(widths="8,30,60"), comparison(widths="8,32"), comparison(widths="8,16")],
        {"widths": (("8,30",), ("8,32",))},
    ),
    "dropout before the head, the head before the data set": (
        comparison(dropouts="head", heads="flatten", dataset="shapes"),
        [
            comparison(dropouts="head", heads="flatten"),
            comparison(dropouts="none", heads="flatten", dataset="shapes"),
            comparison(dropouts="head", heads="gap", dataset="shapes"),
        ],
        {"dropout": (("head",), ("none",))},
    ),
    "all strategies before fewer changes": (
        comparison("max lip", dropouts="head"),
        [comparison("max"), comparison("max lip", dataset="shapes")],
        {"dropout": (("head",), ("none",)), "dataset": (("digits",), ("shapes",))},
    ),
    "a strategy that is stored nowhere is left out": (
        comparison("max lip", dropouts="head"),
        [comparison("max")],
        {"pooling": (("max", "lip"), ("max",)), "dropout": (("head",), ("none",))},
    ),
    "other strategies where none is stored": (
        comparison("lip lps"),
        [comparison("max average soft")],
        {"pooling": (("lip", "lps"), ("max", "average"))},
    ),
    "fewer seeds": (
        comparison(seeds=10, lr=0.3),
        [comparison(seeds=3)],
        {"lr": ((0.3,), (0.1,)), "seeds": ((10,), (3,))},
    ),
    "more seeds before a nearer number": (
        comparison(lr=0.3),
        [comparison(lr=0.2, seeds=1), comparison(lr=0.1)],
        {"lr": ((0.3,), (0.1,))},
    ),
    "a setting that one strategy of two does not have": (
        comparison("max none", pool_size=3, lr=0.3),
        [comparison("max none", pool_size=3)],
        {"lr": ((0.3,), (0.1,))},
    ),
}


@pytest.mark.parametrize(("chosen", "there", "expected"), NEAR.values(), ids=NEAR)
def test_the_nearest_is_found_and_every_change_named(chosen, there, expected):
    found = nearest(chosen, stock(*there))
    assert expected == changes(found)
    keys = {experiment.key for made in there for experiment in made.experiments}
    assert {experiment.key for experiment in found.comparison.experiments} <= keys


def test_the_order_of_the_list_decides_nothing():
    rows = [
        stored(each)
        for made in (comparison(lr=0.2), comparison(lr=0.4), comparison(heads="flatten", lr=0.3))
        for each in made.experiments
    ]
    orders = [random.Random(seed).sample(rows, len(rows)) for seed in range(6)]  # noqa: S311
    found = {nearest(comparison(lr=0.3), Stock(order)).changes for order in orders}
    assert {(Change("lr", (0.3,), (0.2,)),)} == found


def test_nothing_stored_gives_nothing():
    assert None is nearest(comparison(), Stock([]))


def test_what_diverged_or_has_another_key_or_other_names_is_not_shown():
    rows = [stored(each) for each in comparison().experiments]
    diverged = [replace(row, status=Status.DIVERGED) for row in rows]
    older = [replace(row, key=f"{number:016x}") for number, row in enumerate(rows)]
    renamed = [replace(row, config={**row.config, "pooling": "whirl"}) for row in rows]
    unknown = [replace(row, config={**row.config, "spin": 1}) for row in rows]
    short = [replace(row, config={"dataset": "digits"}) for row in rows]
    assert None is nearest(
        comparison(lr=0.3), Stock([*diverged, *older, *renamed, *unknown, *short])
    )


def test_a_folder_of_this_machine_is_shown_in_place_of_nothing_else():
    rows = [stored(each) for each in comparison().experiments]
    folder = [replace(row, config={**row.config, "dataset": "folder:/home/me"}) for row in rows]
    assert None is nearest(comparison(dataset="shapes"), Stock(folder))


def test_seeds_of_an_earlier_version_of_the_code_are_not_counted():
    rows = [stored(each) for each in comparison().experiments]
    older = [replace(row, key=f"{row.seed:016x}") if row.seed > 2 else row for row in rows]
    assert range(3) == range(*(len(nearest(comparison(lr=0.3), Stock(older)).comparison.seeds),))


def test_what_is_shown_can_be_chosen_by_its_address():
    found = nearest(comparison("max none", heads="gap flatten", lr=0.3), stock(comparison("max")))
    chosen = address(found.comparison)
    assert (["max"], "gap", ["none"], 5, 0.1) == tuple(
        chosen[name] for name in ("pooling", "head", "dropout", "seeds", "lr")
    )


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_scope_of_a_setting_depends_on_pooling_dropout_and_data_set_alone(dataset):
    """`Stock` asks it of nothing else."""
    flat = usual({"dataset": dataset})
    for pooling in POOLINGS:
        for dropout in FIELDS["dropout"].words:
            experiment = Experiment.from_flat({**flat, "pooling": pooling, "dropout": dropout})
            seeds = Stock([stored(experiment)]).seeds(experiment.to_flat())
            assert 1 == seeds


def test_the_sentence_names_what_was_chosen_and_what_differs():
    chosen = comparison("max lip", heads="gap flatten", dropouts="head", seeds=10, lr=0.3)
    found = nearest(chosen, stock(comparison("max", dataset="shapes")))
    assert (
        "Max and LIP, digits, GAP and Flatten heads, dropout in the head, learning rate 0.3, "
        "10 seeds" == plain(not_trained(chosen, found.changes))
    )
    assert (
        "Shapes instead of digits; max instead of max and LIP; GAP head instead of GAP and "
        "Flatten heads; no dropout instead of dropout in the head; learning rate 0.05 instead of "
        "0.3; 5 seeds instead of 10" == plain(shown_instead(found.changes))
    )
    assert "Nearest trained comparison: Max." == plain(instead_headline(("Max.",)))


def many_runs(count):
    """Runs of many grids, as sweeps and claims leave them: up to 60 networks, five seeds each."""
    source = random.Random(0)  # noqa: S311
    rows = {}
    while len(rows) < count:
        grid = comparison(
            " ".join(source.sample(list(POOLINGS), source.randint(2, 10))),
            source.choice(["gap", "gap flatten", "gap flatten gmp"]),
            source.choice(["none", "none head", "input"]),
            dataset=source.choice(["digits", "shapes", "mnist", "fashion"]),
            lr=source.choice([0.05, 0.1, 0.2]),
            epochs=source.choice([5, 12, 20]),
            norm=source.choice(["none", "batch"]),
            widths=source.choice(["16,32", "16,32,64"]),
        )
        rows |= {each.key: stored(each) for each in grid.experiments}
    return list(rows.values())


def test_it_is_found_at_once_among_three_thousand_runs():
    there = Stock(many_runs(3_000))
    source = random.Random(1)  # noqa: S311
    times = []
    for _ in range(40):
        chosen = comparison(
            " ".join(source.sample(list(POOLINGS), source.randint(1, 4))),
            source.choice(["gap", "gap flatten"]),
            source.choice(FIELDS["dropout"].words),
            lr=source.choice([0.1, 0.3]),
            epochs=source.choice([5, 7]),
            dataset=source.choice(["digits", "shapes", "cifar10"]),
        )
        # the time of this process: the machine may be busy with others
        began = time.process_time()
        found = nearest(chosen, there)
        times.append(time.process_time() - began)
        assert found is not None
    assert sorted(times)[int(0.95 * len(times))] < FAST_SECONDS
