"""Do figures, their tables and their texts show what the runs gave, readable in every case?"""

import dataclasses
import json
import math
from itertools import pairwise
from types import SimpleNamespace

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import catalog, figures
from core.catalog import Pooling
from core.comparison import Arm, Comparison, Results
from core.comparison.families import compare_facet
from core.comparison.statistics import Interval, mean_interval
from core.config import Experiment
from core.figures import Against, View
from core.figures.base import (
    Look,
    marked,
    spread,
    ticks_around,
    ticks_within,
)
from core.figures.curves.lines import PLAIN_VIEW, Line, smoothed
from core.figures.palette import QUIET, colour
from core.network import describe
from core.run import Epoch, Run
from core.words import points
from tests.store.store_samples import a_run

POOLINGS = ("max", "average", "none")
SPREAD = (0.0, 0.004, -0.003, 0.002, -0.004)
LEVEL = {"max": 0.98, "average": 0.94, "none": 0.90, "strided": 0.95, "conv": 0.979, "min": 0.97}


def epochs(last, count=20):
    """Epochs whose validation accuracy climbs to its last value."""
    return tuple(
        Epoch(
            number=number,
            train_loss=1.0,
            train_accuracy=0.5,
            validation_loss=1.0,
            validation_accuracy=last - (last - 0.1) * (1 - number / count) ** 2,
            seconds=float(number),
        )
        for number in range(1, count + 1)
    )


def trained(experiment, accuracy, count=20):
    return dataclasses.replace(
        a_run(),
        experiment=experiment,
        epochs=epochs(accuracy, count),
        test_accuracy=accuracy,
    )


def results(poolings=POOLINGS, heads=("gap", "flatten"), seeds=5, runs=None, **several):
    """Runs with known accuracies: a level per pooling, a little more for other heads than GAP.

    `several` crosses one more flat field; `runs` is how many of an arm's seeds are there.
    """
    ((name, values),) = several.items() or {"widths": ("16,32",)}.items()
    comparison = Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head, name: value})
            for head in heads
            for value in values
            for pooling in poolings
        ],
        range(seeds),
    )
    found: dict[str, Run] = {}
    for place, arm in enumerate(comparison.arms):
        there = seeds if runs is None else runs.get(str(arm.pooling), seeds)
        for seed in range(there):
            experiment = arm.seeded(seed)
            # no two arms' seeds move alike
            accuracy = LEVEL[arm.pooling] + SPREAD[(seed * (place + 1)) % 5]
            accuracy += 0.01 * (heads.index(arm.head))
            found[experiment.key] = trained(experiment, min(accuracy, 1.0))
    return Results(comparison, found)


EMPTY = dict.fromkeys(LEVEL, 0)
CASES = {
    "five seeds": {},
    "an arm without runs": {"runs": {"average": 0}},
    "one seed": {"seeds": 1},
    "two seeds of one arm, one of another": {"runs": {"average": 2, "none": 1}},
    "one head": {"heads": ("flatten",)},
    "three heads": {"heads": ("flatten", "gmp", "gap")},
    "dropout positions": {"dropout": ("none", "head", "before-pool")},
    "one strategy": {"poolings": ("max",)},
    "twelve lines": {"poolings": tuple(LEVEL), "hidden": (0, 8), "heads": ("gap",)},
    "nothing trained": {"runs": EMPTY},
}


def drawn(found, **look):
    """Every figure of the results."""
    made = {"by head": figures.accuracy_by_head(found)}
    for place, facet in enumerate(found.comparison.facets):
        made[f"curves {place}"] = figures.accuracy_curves(found, facet)
        reference = found.reference(facet) or facet.arms[0]
        made[f"pairs {place}"] = figures.paired_differences(found, facet, reference.pooling)
    return {name: chart.draw(Look(**look)) for name, chart in made.items()}


def by_head(found):
    return figures.accuracy_by_head(found).draw(Look())


def traces(figure, mode=None):
    return [trace for trace in figure.data if mode is None or trace.mode == mode]


def dots(figure):
    """Every marker that has whiskers, with their ends."""
    for trace in figure.data:
        bar = trace.error_x if trace.error_x.array is not None else trace.error_y
        for n in range(len(trace.x) if bar.array is not None else 0):
            low = bar.array[n] if bar.arrayminus is None else bar.arrayminus[n]
            yield SimpleNamespace(
                name=trace.name,
                x=trace.x[n],
                low=trace.x[n] - low,
                high=trace.x[n] + bar.array[n],
                symbol=_one(trace.marker.symbol, n),
                filled=_one(trace.marker.color, n) == trace.marker.line.color,
                color=_one(trace.marker.color, n),
                size=trace.marker.size,
                says=_one(trace.hovertemplate, n),
            )


def _one(value, n):
    """What holds for one of the points of a trace."""
    return value if isinstance(value, str) else value[n]


def labels(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def curves(found, view=PLAIN_VIEW, **look):
    facet = found.comparison.facets[0]
    return figures.accuracy_curves(found, facet, view=view).draw(Look(**look))


def pairs(found, reference=0, **look):
    facet = found.comparison.facets[0]
    return figures.paired_differences(found, facet, facet.arms[reference].pooling).draw(
        Look(**look)
    )


# what holds for every figure


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_figure_is_plain_still_and_of_finite_numbers(case, dark):
    for figure in drawn(results(**case), dark=dark).values():
        layout = figure.layout
        assert isinstance(figure, go.Figure)
        assert (False, None) == (layout.showlegend, layout.title.text)
        assert (True, True) == (layout.xaxis.fixedrange, layout.yaxis.fixedrange)
        assert (False, False) == (layout.xaxis.zeroline, layout.yaxis.zeroline)
        # a grid along the value axis only
        assert {False, True} == {layout.xaxis.showgrid, layout.yaxis.showgrid}
        for axis in (layout.xaxis, layout.yaxis):
            assert axis.range[0] != axis.range[1]
            assert all(math.isfinite(end) for end in axis.range)
        assert "NaN" not in json.dumps(figure.to_plotly_json(), default=list)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_figure_has_a_text_and_rows_of_one_kind(case):
    found = results(**case)
    for facet in found.comparison.facets:
        reference = found.reference(facet) or facet.arms[0]
        texts = (
            figures.accuracy_by_head(found).alt,
            figures.accuracy_curves(found, facet).alt,
            figures.paired_differences(found, facet, reference.pooling).alt,
        )
        for text in texts:
            assert text.endswith(".")
            assert ".." not in text
        tables = (
            figures.accuracy_by_head(found).rows,
            figures.accuracy_curves(found, facet).rows,
            figures.paired_differences(found, facet, reference.pooling).rows,
        )
        for table in tables:
            assert len({type(row) for row in table}) <= 1


def every_strategy(monkeypatch):
    """Results of all names of the vocabulary, in a catalog that builds them."""
    for pooling in Pooling:
        monkeypatch.setitem(LEVEL, pooling, 0.9 + 0.004 * list(Pooling).index(pooling))
        if pooling not in catalog.POOLINGS:
            entry = dataclasses.replace(
                catalog.POOLINGS[Pooling.MAX], name=pooling, label=pooling.capitalize()
            )
            monkeypatch.setitem(catalog.POOLINGS, pooling, entry)
    # the first is neither among the best nor among the worst
    monkeypatch.setitem(LEVEL, "max", 0.942)
    return results(poolings=tuple(Pooling))


def test_twenty_strategies_are_all_drawn_and_all_named_in_the_texts(monkeypatch):
    found = every_strategy(monkeypatch)
    facet = found.comparison.facets[0]
    reference = facet.arms[0]
    names = {entry.label for entry in catalog.POOLINGS.values()}
    assert 20 <= len(names)
    assert names == {trace.name for trace in curves(found).data}
    assert 7 == len(labels(curves(found)))
    assert len(names) - 1 == len(pairs(found).layout.yaxis.ticktext)
    assert len(names) == len(by_head(found).layout.yaxis.ticktext)
    texts = (
        figures.accuracy_by_head(found).alt,
        figures.accuracy_curves(found, facet).alt,
        figures.paired_differences(found, facet, reference.pooling).alt,
    )
    for text in texts:
        # the reference is named inside a sentence
        assert [] == [label for label in names if label.lower() not in text.lower()]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_table_of_curves_holds_what_is_drawn(case):
    found = results(**case)
    for facet in found.comparison.facets:
        table = figures.accuracy_curves(found, facet).rows
        figure = figures.accuracy_curves(found, facet).draw(Look())
        lines = [trace for trace in figure.data if trace.name]
        points = [point for line in lines for point in zip(line.x, line.y, strict=True)]
        rows = [(row.epoch, row.mean_percent) for row in table]
        assert len(rows) == len(points)
        for row, point in zip(sorted(rows), sorted(points), strict=True):
            assert row == pytest.approx(point, abs=0.0051)
        low, high = figure.layout.yaxis.range
        assert all(low <= line.y[-1] <= high for line in lines)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_table_by_head_holds_what_is_drawn(case):
    found = results(**case)
    table = figures.accuracy_by_head(found).rows
    figure = by_head(found)
    assert sorted(round(row.test_accuracy_percent, 2) for row in table) == (
        pytest.approx(sorted(dot.x for dot in dots(figure)), abs=0.011)
    )
    whiskers = {end for dot in dots(figure) for end in (dot.low, dot.high)}
    for row in table:
        if row.low_percent is not None:
            assert min(abs(row.low_percent - x) for x in whiskers) < 0.001
            assert min(abs(min(row.high_percent, 100) - x) for x in whiskers) < 0.001


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_table_of_differences_holds_what_is_drawn(case):
    found = results(**case)
    for facet in found.comparison.facets:
        reference = found.reference(facet) or facet.arms[0]
        table = figures.paired_differences(found, facet, reference.pooling).rows
        figure = figures.paired_differences(found, facet, reference.pooling).draw(Look())
        drawn_numbers = [(dot.x, dot.low, dot.high) for dot in dots(figure)]
        assert len(table) == len(drawn_numbers)
        for row, numbers in zip(table, drawn_numbers, strict=True):
            expected = (row.difference_points, row.low_points, row.high_points)
            assert expected == pytest.approx(numbers, abs=0.0006)


def test_nothing_trained_draws_axes_without_traces_or_labels():
    for figure in drawn(results(runs=EMPTY)).values():
        assert () == figure.data
        assert [] == labels(figure)


def test_nothing_trained_is_said_in_words():
    found = results(runs=EMPTY)
    facet = found.comparison.facets[0]
    assert "No curves" in figures.accuracy_curves(found, facet).alt
    assert "No dots" in figures.accuracy_by_head(found).alt
    assert "No differences" in figures.paired_differences(found, facet, facet.arms[0].pooling).alt


def test_chart_text_is_darkened_in_light_and_left_to_the_theme_in_dark():
    for dark, expected in ((False, "#566268"), (True, None)):
        for figure in drawn(results(), dark=dark).values():
            layout = figure.layout
            assert expected == layout.font.color
            assert expected == layout.xaxis.tickfont.color
            assert expected == layout.xaxis.title.font.color


def test_a_talk_makes_every_figure_a_quarter_larger():
    found = results()
    for plain, large in zip(drawn(found).values(), drawn(found, scale=1.25).values(), strict=True):
        assert 1.25 * plain.layout.height == large.layout.height
        assert 1.25 * plain.layout.margin.l == large.layout.margin.l
        assert 1.25 * plain.layout.font.size == large.layout.font.size
        for before, after in zip(plain.layout.annotations, large.layout.annotations, strict=True):
            assert 1.25 * before.font.size == after.font.size


def test_figures_draw_the_colours_of_the_page():
    for dark in (False, True):
        (line, *_) = traces(curves(results(), dark=dark), "lines+markers")
        assert colour(Pooling.MAX, dark=dark) == line.line.color


# accuracy curves


def test_curves_have_a_line_and_a_band_per_strategy():
    figure = curves(results())
    assert ["Max", "Average", "None"] == [t.name for t in traces(figure, "lines+markers")]
    assert 3 == len(traces(figure, "lines"))
    assert all("0.18" in trace.fillcolor for trace in traces(figure, "lines"))
    assert (320, 118, 56, 12, 44) == (
        figure.layout.height,
        figure.layout.margin.r,
        figure.layout.margin.l,
        figure.layout.margin.t,
        figure.layout.margin.b,
    )


def test_a_line_is_the_mean_and_a_band_its_interval_in_percent():
    found = results(poolings=("max",), heads=("gap",))
    last = [run.epochs[-1].validation_accuracy for run in found.runs.values()]
    expected = mean_interval(last)
    band, line = curves(found).data
    assert pytest.approx(100 * expected.mean, abs=0.005) == line.y[-1]
    # the outline goes along the upper ends and back along the lower ones
    assert pytest.approx(100 * expected.high, abs=0.005) == band.y[19]
    assert pytest.approx(100 * expected.low, abs=0.005) == band.y[20]


def test_every_fifth_epoch_has_a_marker():
    (line, *_) = traces(curves(results()), "lines+markers")
    assert [5, 10, 15, 20] == [x for x, size in zip(line.x, line.marker.size, strict=True) if size]


def test_one_seed_has_lines_and_no_bands():
    figure = curves(results(seeds=1))
    assert 3 == len(traces(figure, "lines+markers"))
    assert [] == traces(figure, "lines")


def test_an_arm_without_runs_is_left_out_of_curves_text_and_table():
    found = results(runs={"average": 0})
    facet = found.comparison.facets[0]
    assert ["Max", "None"] == [t.name for t in traces(curves(found), "lines+markers")]
    assert {"max", "none"} == {row.pooling for row in figures.accuracy_curves(found, facet).rows}
    assert "Average" not in figures.accuracy_curves(found, facet).alt


def test_lines_end_where_their_runs_end():
    found = results(heads=("gap",))
    short = found.comparison.arms[1]
    runs = dict(found.runs)
    for seed in found.comparison.seeds:
        experiment = short.seeded(seed)
        runs[experiment.key] = trained(experiment, 0.9, count=7)
    figure = curves(Results(found.comparison, runs))
    assert [20, 7, 20] == [len(trace.x) for trace in traces(figure, "lines+markers")]
    assert figure.layout.xaxis.range[1] > 20


def test_every_line_is_named_with_its_last_value():
    found = results(poolings=("max",), heads=("gap",))
    (label,) = labels(curves(found))
    assert "<span style='color:#1D5AB4'>●</span> <b>Max</b> 98.0" == label


@pytest.mark.parametrize("scale", [1.0, 1.25])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_names_of_lines_are_apart_and_inside_the_axis(case, scale):
    figure = curves(results(**case), scale=scale)
    low, high = figure.layout.yaxis.range
    margin = figure.layout.margin
    pixels = (figure.layout.height - margin.t - margin.b) / (high - low) / scale
    places = sorted(annotation.y for annotation in figure.layout.annotations)
    assert all(low <= place <= high for place in places)
    gaps = [(b - a) * pixels for a, b in pairwise(places)]
    assert all(gap >= 19 for gap in gaps)


def test_many_lines_keep_colour_for_the_first_the_best_and_the_worst():
    found = results(poolings=tuple(LEVEL), heads=("gap",), hidden=(0, 8))
    figure = curves(found)
    assert 12 == len(figure.data)
    coloured = traces(figure, "lines+markers")
    assert len(coloured) == len(labels(figure))
    ends = sorted(trace.y[-1] for trace in figure.data)
    assert {*ends[:3], *ends[-3:]} <= {trace.y[-1] for trace in coloured}
    assert found.comparison.arms[0].pooling in {trace.name.lower() for trace in coloured}
    quiet = traces(figure, "lines")
    assert {(QUIET, 1.0)} == {(trace.line.color, trace.line.width) for trace in quiet}
    assert {None} == {trace.fill for trace in figure.data}


def test_the_axis_is_cut_where_all_curves_have_their_ends():
    low, high = curves(results()).layout.yaxis.range
    assert 0 < low < 89
    assert high > 100


def test_curves_without_success_keep_the_whole_axis(monkeypatch):
    monkeypatch.setitem(LEVEL, "max", 0.1)
    assert 0 == curves(results()).layout.yaxis.range[0]


def test_pointing_at_an_epoch_shows_every_line():
    figure = curves(results())
    assert "x unified" == figure.layout.hovermode
    assert "epoch %{x}" == figure.layout.xaxis.unifiedhovertitle.text
    assert {"skip"} == {trace.hoverinfo for trace in traces(figure, "lines")}


def test_against_macs_an_epoch_costs_three_passes_of_every_training_image():
    found = results()
    line = next(
        trace for trace in curves(found, view=View(against=Against.MACS)).data if trace.name
    )
    experiment = found.comparison.facets[0].arms[0].experiment
    totals = describe(experiment).totals
    assert [3 * totals.macs * 1_197, 2 * 3 * totals.macs * 1_197] == list(line.x[:2])


def test_the_table_of_curves_has_a_row_per_point_in_percent():
    found = results()
    facet = found.comparison.facets[0]
    table = figures.accuracy_curves(found, facet).rows
    assert 3 * 20 == len(table)
    last = table[19]
    assert ("max", "gap", "none", 20, 5) == (
        last.pooling,
        last.head,
        last.dropout,
        last.epoch,
        last.seeds,
    )
    assert pytest.approx(97.98, abs=0.01) == last.mean_percent
    assert last.low_percent < last.mean_percent < last.high_percent


def test_the_text_of_curves_names_head_dropout_and_ends():
    found = results(dropout=("head",), heads=("gap",), poolings=("max", "none"))
    assert (
        "Validation accuracy by epoch with a GAP head and dropout in the head. "
        "After the last epoch: Max 98.0 %, None 90.0 %."
        == figures.accuracy_curves(found, found.comparison.facets[0]).alt
    )


# accuracy by head


def test_each_strategy_is_a_row_with_a_dot_per_head():
    figure = by_head(results())
    assert 6 == len(list(dots(figure)))
    assert 3 == len(figure.layout.yaxis.ticktext)
    assert "Max" in figure.layout.yaxis.ticktext[0]
    assert "None" in figure.layout.yaxis.ticktext[-1]


def test_the_figure_by_head_grows_with_its_rows():
    heights = [
        by_head(results(poolings=tuple(LEVEL)[:count])).layout.height for count in (1, 2, 3, 4)
    ]
    assert heights[1] < 300
    assert heights == sorted(heights)
    assert heights[3] > heights[1]


def test_gap_is_filled_and_flatten_open_in_every_order():
    for heads in (("gap", "flatten"), ("flatten", "gap")):
        for dot in dots(by_head(results(heads=heads))):
            assert dot.filled == ("GAP head" in dot.says)


def test_a_head_keeps_its_mark_where_it_stands_alone():
    found = results(poolings=("max", "average"))
    gap = next(arm for arm in found.comparison.arms if arm.pooling == "average")
    runs = {
        key: run for key, run in found.runs.items() if run.experiment.model != gap.experiment.model
    }
    figure = by_head(Results(found.comparison, runs))
    (alone,) = [dot for dot in dots(figure) if dot.name == "Average"]
    assert "Flatten" in alone.says
    assert not alone.filled


def test_no_two_heads_look_alike():
    for heads in (("flatten", "gmp"), ("flatten", "gmp", "gap")):
        looks = {(dot.symbol, dot.filled) for dot in dots(by_head(results(heads=heads)))}
        assert len(heads) == len(looks)


def by_head_of(gap, flatten):
    """The figure of one strategy with these accuracies under two heads, one seed."""
    comparison = Comparison.of(
        [Experiment.from_flat({"pooling": "max", "head": head}) for head in ("gap", "flatten")], [0]
    )
    pairs = zip(comparison.experiments, (gap, flatten), strict=True)
    runs = {experiment.key: trained(experiment, accuracy) for experiment, accuracy in pairs}
    return by_head(Results(comparison, runs))


@pytest.mark.parametrize(("gap", "flatten"), [(0.90, 0.95), (0.95, 0.90), (0.95, 0.95)])
def test_a_pair_of_heads_is_named_above_and_below_its_dots(gap, flatten):
    figure = by_head_of(gap, flatten)
    above, below = figure.layout.annotations
    assert ("GAP head", 100 * gap) == (above.text, above.x)
    assert ("Flatten head", 100 * flatten) == (below.text, below.x)
    assert above.yshift > 0 > below.yshift


@pytest.mark.parametrize("gap", [0.5, 0.9, 0.97, 0.98])
@pytest.mark.parametrize("flatten", [0.52, 0.91, 0.985, 1.0])
def test_names_at_dots_do_not_leave_the_figure_on_a_telephone(gap, flatten):
    figure = by_head_of(gap, flatten)
    # a card on a telephone is 330 px wide; letters of 13 px are about 6.3 px wide
    margin, (low, high) = figure.layout.margin, figure.layout.xaxis.range
    plot = 330 - margin.l - margin.r
    for name in figure.layout.annotations:
        part = {"left": 0, "center": 0.5, "right": 1}[name.xanchor]
        width = 6.3 * len(name.text)
        begin = plot * (name.x - low) / (high - low) - part * width
        assert begin >= 0
        assert begin + width <= plot + margin.r


@pytest.mark.parametrize(
    "heads", [("flatten", "gap"), ("flatten", "gmp", "gap"), tuple(catalog.HEADS)]
)
def test_heads_of_a_row_stand_apart_within_it(heads):
    for poolings in (("max",), tuple(LEVEL)):
        figure = by_head(results(poolings=poolings, heads=heads))
        for place, trace in enumerate(figure.data):
            assert len(heads) == len(set(trace.y))
            assert sum(trace.y) / len(heads) == pytest.approx(place)
            assert max(trace.y) - min(trace.y) <= 0.5 + 1e-9


def test_heads_that_are_no_pair_are_named_once_under_the_last_row():
    figure = by_head(results(heads=("flatten", "gmp", "gap")))
    (key,) = figure.layout.annotations
    assert ["●", "GAP", "○", "Flatten", "◉", "GMP"] == key.text.split()
    assert ("paper", 0, "left") == (key.xref, key.x, key.xanchor)
    assert key.y == max(figure.data[-1].y)
    assert key.yshift < 0
    assert [] == labels(by_head(results(heads=("flatten",))))


def test_each_dropout_position_has_its_rows():
    figure = by_head(results(dropout=("none", "head"), poolings=("max", "average")))
    texts = figure.layout.yaxis.ticktext
    assert [False, False, True, True] == ["dropout in the head" in text for text in texts]


def test_dots_and_intervals_lie_inside_the_axis():
    for case in CASES.values():
        figure = by_head(results(**case))
        low, high = figure.layout.xaxis.range
        assert all(low < dot.low and dot.high < high for dot in dots(figure))
        assert all(dot.low - 1e-9 <= dot.x <= dot.high + 1e-9 for dot in dots(figure))


def test_an_interval_by_head_ends_at_every_image_right(monkeypatch):
    monkeypatch.setitem(LEVEL, "max", 0.999)
    found = results(poolings=("max",), heads=("gap",))
    (row,) = figures.accuracy_by_head(found).rows
    (dot,) = dots(by_head(found))
    assert row.high_percent > 100
    assert pytest.approx((row.low_percent, 100), abs=0.01) == (dot.low, dot.high)


@pytest.mark.parametrize("accuracy", [0.0, 0.98, 1.0])
def test_one_round_accuracy_has_an_axis_around_it(accuracy, monkeypatch):
    monkeypatch.setitem(LEVEL, "max", accuracy)
    figure = figures.accuracy_by_head(results(poolings=("max",), heads=("gap",), seeds=1)).draw(
        Look()
    )
    low, high = figure.layout.xaxis.range
    assert low < 100 * accuracy < high
    assert len(figure.layout.xaxis.tickvals) > 1
    assert all(0 <= tick <= 100 for tick in figure.layout.xaxis.tickvals)


def test_the_table_by_head_has_a_row_per_arm_in_percent():
    found = results(runs={"none": 1})
    table = figures.accuracy_by_head(found).rows
    assert 6 == len(table)
    first = table[0]
    assert ("max", "gap", "none", 5) == (first.pooling, first.head, first.dropout, first.seeds)
    assert pytest.approx(97.98, abs=0.01) == first.test_accuracy_percent
    alone = next(row for row in table if row.pooling == "none")
    assert (1, None, None) == (alone.seeds, alone.low_percent, alone.high_percent)


def test_the_text_by_head_names_every_dot():
    found = results(poolings=("max",), seeds=1)
    assert (
        "Test accuracy by strategy and head: Max with GAP 98.0 %; Max with Flatten 99.0 %."
        == figures.accuracy_by_head(found).alt
    )


# paired differences


def test_differences_are_sorted_rows_without_the_reference():
    figure = pairs(results(poolings=("average", "max", "none")), reference=1)
    assert ["■</span> Average", "✕</span> None"] == [
        text.split(">", 1)[1] for text in figure.layout.yaxis.ticktext
    ]
    assert 90 + 44 * 2 == figure.layout.height
    assert "difference to max, percentage points" == figure.layout.xaxis.title.text


def test_a_row_has_a_dot_per_seed_the_interval_and_the_mean():
    found = results(poolings=("max", "average"))
    facet = found.comparison.facets[0]
    (pair,) = compare_facet(found, facet, facet.arms[0].pooling)
    difference = pair.difference
    seeds, mean = pairs(found).data
    (dot,) = dots(pairs(found))
    assert pytest.approx([100 * d for d in difference.differences], abs=0.005) == list(seeds.x)
    assert [0, 1, 2, 3, 4] == list(seeds.customdata)
    assert pytest.approx((100 * difference.low, 100 * difference.high)) == (dot.low, dot.high)
    assert pytest.approx([100 * difference.mean]) == list(mean.x)
    assert (7, 3, 12) == (seeds.marker.size, mean.error_x.thickness, mean.marker.size)
    # in words of our own: d3 signs a zero
    assert [points(d) for d in difference.differences] == list(seeds.text)
    assert "%{x" not in seeds.hovertemplate
    # the single seeds stand above the interval: the axis runs downwards
    assert seeds.y[0] < mean.y[0]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_mean_is_filled_if_decided_and_hollow_if_not(dark):
    figure = pairs(results(poolings=("max", "average", "conv")), dark=dark)
    conv, average = dots(figure)
    assert ("star", "square") == (conv.symbol, average.symbol)
    assert ("#14191C" if dark else "#FFFFFF") == conv.color
    assert colour(Pooling.AVERAGE, dark=dark) == average.color


def test_the_right_column_says_what_is_decided():
    texts = labels(pairs(results(poolings=("max", "average", "conv"))))
    assert ["<b>−0.1</b> ≈ undecided", "<b>−4.0</b> ▼ lower"] == texts
    (text, _) = labels(pairs(results(poolings=("average", "max", "none"))))
    assert "<b>+4.0</b> ▲ higher" == text


def test_a_grey_zone_shows_what_the_seeds_would_miss():
    found = results(poolings=("max", "average"))
    facet = found.comparison.facets[0]
    (pair,) = compare_facet(found, facet, facet.arms[0].pooling)
    difference = pair.difference
    zone, zero = pairs(found).layout.shapes
    assert pytest.approx((-100 * difference.detectable, 100 * difference.detectable)) == (
        zone.x0,
        zone.x1,
    )
    assert (0, 0, 1.5) == (zero.x0, zero.x1, zero.line.width)


def test_no_difference_of_shares_is_called_larger_than_all_of_them():
    compared = results(poolings=("max", "none"), heads=("gap",), seeds=2)
    first, *others = compared.runs.values()
    apart = Results(
        compared.comparison,
        {
            first.key: dataclasses.replace(first, test_accuracy=0.05),
            **{run.key: run for run in others},
        },
    )
    few, none = (
        figures.paired_differences(one, one.comparison.facets[0]) for one in (compared, apart)
    )
    assert "usually missed, up to 5.7 points." in few.caption
    assert "usually missed, whatever their size." in none.caption
    assert "would usually miss any difference" in none.alt


def test_a_small_grey_zone_is_seen_whole_and_a_large_one_does_not_shrink_the_data():
    figure = pairs(results(poolings=("max", "none")))
    zone, low, high = figure.layout.shapes[0], *figure.layout.xaxis.range
    assert low < zone.x0 < zone.x1 < high
    figure = pairs(results(poolings=("max", "none"), seeds=2))
    zone, low, high = figure.layout.shapes[0], *figure.layout.xaxis.range
    assert zone.x1 > high
    ends = [x for trace in figure.data for x in trace.x] + [0]
    ends += [end for dot in dots(figure) for end in (dot.low, dot.high)]
    assert max(ends) - min(ends) > 0.85 * (high - low)


def test_fewer_than_two_common_seeds_have_no_row():
    figure = pairs(results(runs={"average": 1}))
    (text,) = figure.layout.yaxis.ticktext
    assert "None" in text


def test_numbers_under_the_differences_have_a_real_minus():
    figure = pairs(results())
    assert any(text.startswith("−") for text in figure.layout.xaxis.ticktext)
    assert not any("-" in text for text in figure.layout.xaxis.ticktext)


def test_long_numbers_under_the_differences_are_fewer(monkeypatch):
    monkeypatch.setitem(LEVEL, "none", 0.60)
    texts = pairs(results(poolings=("max", "average", "none"))).layout.xaxis.ticktext
    assert ("−40", "−20", "0") == texts


def long_name(monkeypatch):
    """A catalog in which one strategy has a long name."""
    entry = dataclasses.replace(catalog.POOLINGS[Pooling.AVERAGE], label="Fractional max")
    monkeypatch.setitem(catalog.POOLINGS, Pooling.AVERAGE, entry)


def test_a_long_name_has_room_beside_every_figure(monkeypatch):
    found = results()
    before = curves(found).layout.margin.r, pairs(found).layout.margin.l
    long_name(monkeypatch)
    # 14 letters of 13 px, bold ones about 6.8 px wide; glyph and space 18, a value 30
    assert curves(found).layout.margin.r >= 6 + 18 + 14 * 6.8 + 30 > before[0]
    assert pairs(found).layout.margin.l >= 18 + 14 * 6.3 > before[1]
    assert by_head(found).layout.margin.l >= 18 + 14 * 6.3


def test_the_table_of_differences_is_in_points_and_names_its_correction():
    found = results()
    facet = found.comparison.facets[0]
    rows = figures.paired_differences(found, facet, facet.arms[0].pooling).rows
    assert ["average", "none"] == [row.pooling for row in rows]
    assert {("max", "gap", 5, 4)} == {
        (row.reference, row.head, row.pairs, row.comparisons) for row in rows
    }
    assert pytest.approx(-4.0, abs=0.01) == rows[0].difference_points
    assert rows[0].low_points < rows[0].difference_points < rows[0].high_points
    assert "lower" == rows[0].verdict


def test_the_text_of_differences_is_a_list_of_sentences():
    found = results(poolings=("max", "average", "conv"))
    facet = found.comparison.facets[0]
    text = figures.paired_differences(found, facet, facet.arms[0].pooling).alt
    assert text.startswith("Paired differences to max. Conv: Undecided: −0.1 points [")
    assert ". Average: −4.0 points [" in text


# parts that the figures share


@given(
    st.lists(st.floats(0, 100), max_size=15),
    st.floats(0.5, 12),
)
def test_labels_are_spread_inside_the_ends_and_keep_their_order(wanted, gap):
    found = spread(wanted, 0, 100, gap)
    fits = min(gap, 100 / max(len(wanted) - 1, 1))
    assert all(-1e-9 <= place <= 100 + 1e-9 for place in found)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [found[index] for index in order]
    assert all(b - a >= fits - 1e-9 for a, b in pairwise(placed))


def test_labels_that_are_apart_stay_where_they_are():
    assert [30, 10, 20] == spread([30, 10, 20], 0, 100, 5)


@given(st.floats(-50, 50), st.floats(0.5, 60), st.floats(3, 8))
def test_ticks_are_few_round_and_where_they_are_asked_for(low, width, most):
    high = low + width
    inside, around = ticks_within(low, high, most), ticks_around(low, high, most)
    assert all(low - 1e-6 <= tick <= high + 1e-6 for tick in inside)
    assert around[0] <= low + 1e-6
    assert around[-1] >= high - 1e-6
    assert len(inside) <= most + 1
    assert len(around) <= most + 3
    assert all(tick == round(tick, 1) for tick in around)


def test_only_the_glyph_of_a_name_is_coloured():
    assert "<span style='color:#F9A424'>■</span> Average" == marked(
        Pooling.AVERAGE, Look(dark=True)
    )


def test_one_tick_alone_would_give_no_scale():
    assert [-0.5, 0.0, 0.5] == ticks_within(-0.95, 0.95, 2)
    assert [0.0] == ticks_within(-0.01, 0.01, 3)


def test_smoothing_starts_at_the_first_value_and_follows_the_rest():
    points = tuple(Interval(value, None, None, 1) for value in (1.0, 0.0, 0.0))
    line = Line(Arm(Experiment()), points, (1.0, 2.0, 3.0))
    means = [point.mean for point in smoothed(line, 0.5).points]
    assert means == pytest.approx([1, 1 / 3, 1 / 7])
    assert line == smoothed(line, 0.0)
