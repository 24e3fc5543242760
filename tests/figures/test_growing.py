"""Do curves grow into their figure while networks are being trained, and does it stay in place?"""

import dataclasses

import pytest

from core import figures
from core.comparison import Comparison, Results
from core.config import Experiment
from core.figures import Against, Growing, View
from core.figures.base import Look
from core.run import Epoch
from tests.store.store_samples import a_run

EPOCHS = 30


def epochs(count, start=0.4):
    """Epochs that climb from a start by a point each."""
    return tuple(
        Epoch(
            number=number,
            train_loss=1.0,
            train_accuracy=0.5,
            validation_loss=1.0,
            validation_accuracy=start + 0.01 * (number - 1),
            seconds=2.0 * number,
        )
        for number in range(1, count + 1)
    )


def comparison(heads=("gap",)):
    return Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head, "epochs": EPOCHS})
            for head in heads
            for pooling in ("max", "average")
        ],
        range(2),
    )


def drawn(results, *growing, view=None):
    (facet, *_) = results.comparison.facets
    chart = figures.accuracy_curves(results, facet, None, view or View(), growing)
    return chart, chart.draw(Look())


def ends(figure):
    """The last point of every line with a mark at its end alone."""
    return [
        (trace.x[-1], trace.y[-1])
        for trace in figure.data
        if trace.mode == "lines+markers" and trace.name is None
    ]


def test_a_run_is_drawn_as_far_as_it_is():
    results = Results(comparison())
    arm = results.comparison.arms[0]
    chart, figure = drawn(results, Growing(arm, 0, epochs(3)), Growing(arm, 1, epochs(5, 0.5)))
    assert [(3, 42.0), (5, 54.0)] == ends(figure)
    # the arm has no finished run: the furthest of those in training has its name and its numbers
    assert ["<b>Max</b> 54.0"] == [label.text[-15:] for label in figure.layout.annotations]
    assert [1, 2, 3, 4, 5] == [row.epoch for row in chart.rows]
    assert "In training: two runs, the furthest after epoch 5." in chart.alt
    assert "as far as it is trained" in chart.caption


def test_the_axes_stay_while_a_curve_grows():
    results = Results(comparison())
    arm = results.comparison.arms[0]
    seen = set()
    for count in range(1, EPOCHS + 1):
        _, figure = drawn(results, Growing(arm, 0, epochs(count)))
        seen.add((tuple(figure.layout.xaxis.range), tuple(figure.layout.yaxis.range)))
    ((x, y),) = seen
    assert x[1] > EPOCHS
    assert y[0] == 40


def test_finished_runs_keep_their_line_and_others_grow_beside_it():
    made = comparison()
    one, other = made.arms
    experiment = one.seeded(0)
    run = dataclasses.replace(a_run(), experiment=experiment, epochs=epochs(EPOCHS, 0.6))
    results = Results(made, {experiment.key: run})
    chart, figure = drawn(results, Growing(one, 1, epochs(2)), Growing(other, 0, epochs(4)))
    assert [(2, 41.0), (4, 43.0)] == ends(figure)
    named = {trace.name: len(trace.x) for trace in figure.data if trace.name}
    assert {"Max": EPOCHS, "Average": 4} == named
    assert {1} == {row.seeds for row in chart.rows}


@pytest.mark.parametrize(("against", "last"), [(Against.SECONDS, 6.0), (Against.MACS, None)])
def test_a_curve_grows_against_time_and_work_as_well(against, last):
    results = Results(comparison())
    arm = results.comparison.arms[0]
    _, figure = drawn(results, Growing(arm, 0, epochs(3)), view=View(against=against))
    ((x, y),) = ends(figure)
    assert y == 42.0
    assert x == last if last else x > 1e6


def test_networks_of_another_facet_and_without_an_epoch_draw_nothing():
    results = Results(comparison(heads=("gap", "flatten")))
    first, *_, last = results.comparison.arms
    chart, figure = drawn(results, Growing(last, 0, epochs(3)), Growing(first, 0, ()))
    assert [] == ends(figure)
    assert [] == list(chart.rows)
    assert "In training" not in chart.alt


def test_a_few_runs_side_by_side_have_a_line_each_and_all_their_numbers():
    runs = [
        (name, dataclasses.replace(a_run(seed, pooling=pooling), epochs=epochs(count)))
        for seed, (name, pooling, count) in enumerate(
            [("A", "max", 3), ("B", "max", 5), ("C", "conv", 1)]
        )
    ]
    chart = figures.run_curves(runs)
    figure = chart.draw(Look())
    assert ["A", "B", "C"] == [trace.name for trace in figure.data]
    # two of one strategy, so of one colour, differ in their dash
    assert 3 == len({trace.line.dash for trace in figure.data})
    assert 9 == len(chart.rows)
    assert "A 42.0 %, B 44.0 %, C 40.0 %" in chart.alt
    low, high = figure.layout.yaxis.range
    assert all(low <= label.y <= high for label in figure.layout.annotations)
