"""Are costs counted, compared and described correctly? Without training anything."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import figures
from core.analyses import LayerTime, StepTime
from core.catalog import DATASETS, HEADS, POOLINGS, Dataset, Head, Padding, Pooling
from core.comparison import Arm, Comparison, Results
from core.comparison.ledger import (
    LEDGER_COLUMNS,
    QUANTITIES,
    architecture_of,
    layer_names,
    readable,
    side_by_side,
)
from core.config import Experiment
from core.figures import Look, Measure
from core.figures.confusion import confusion_counts
from core.figures.growth import formula
from core.figures.parameters import bars
from core.figures.times import timed_rows
from core.figures.tradeoff import front, points
from core.network import LayerKind, describe
from core.network.build import build_model
from core.network.receptive_field import fields
from core.sentences.cost import cost_headline, factors
from core.sentences.differences import matched_control, what_else
from core.sentences.headlines import plain
from tests.figures.answers import answers
from tests.store.store_samples import a_run

PARAMETERS = next(column for column in QUANTITIES if column.name == "parameters")


def arm(**flat):
    return Arm(Experiment.from_flat(flat))


def comparison(**lists):
    """Every combination of poolings and heads."""
    return Comparison.of(
        [
            Experiment.from_flat({"pooling": pooling, "head": head})
            for head in lists.get("head", ["gap"])
            for pooling in lists.get("pooling", ["max", "average"])
        ],
        range(3),
    )


def trained(compared, accuracies):
    """Results with one run per arm and seed."""
    runs = {}
    for each, accuracy in zip(compared.arms, accuracies, strict=True):
        for seed in compared.seeds:
            experiment = each.seeded(seed)
            flat = {k: v for k, v in experiment.to_flat().items() if k != "seed"}
            run = a_run(seed, **flat)
            object.__setattr__(run, "test_accuracy", accuracy + seed / 1000)
            runs[run.key] = run
    return Results(compared, runs)


# receptive fields as intervals


@pytest.mark.parametrize("pooling", [name for name in POOLINGS if POOLINGS[name].regular_grid])
@pytest.mark.parametrize("padding", [Padding.ZEROS, Padding.VALID])
def test_the_squares_are_as_large_as_the_ledger_says(pooling, padding):
    experiment = Experiment.from_flat(
        {"dataset": "shapes", "pooling": pooling, "padding": padding, "widths": "2,2"}
    )
    network = architecture_of(Arm(experiment))
    found = fields(network, experiment.model)
    by_name = {layer.name: layer for layer in network.layers}
    kinds = (LayerKind.CONVOLUTION, LayerKind.POOL)
    assert [each.layer for each in found] == [
        layer.name
        for layer in network.layers
        if layer.kind in kinds and layer.name.startswith("block")
    ]
    for each in found:
        assert by_name[each.layer].receptive_field == each.side
        assert by_name[each.layer].jump == each.jump
        assert each.columns == each.rows


@pytest.mark.parametrize("pooling", ["max", "average", "strided", "conv", "blur-max", "conv-max"])
def test_the_square_lies_where_the_gradient_goes(pooling):
    experiment = Experiment.from_flat({"dataset": "shapes", "pooling": pooling, "widths": "2,2"})
    found = fields(architecture_of(Arm(experiment)), experiment.model)[-1]
    reached = torch.zeros(32, 32, dtype=torch.bool)
    for seed in range(60):
        # in training, batch norm reads the whole map
        model = build_model(experiment.model, (1, 32, 32), 10, seed)[:2].eval()
        x = torch.rand(1, 1, 32, 32, generator=torch.manual_seed(seed), requires_grad=True)
        y = model(x)
        y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum().backward()
        reached |= x.grad[0, 0] != 0
    rows = torch.nonzero(reached.any(1)).flatten()
    columns = torch.nonzero(reached.any(0)).flatten()
    assert (rows.min(), rows.max()) == found.rows
    assert (columns.min(), columns.max()) == found.columns


# the ledger


def test_a_row_of_the_ledger_has_every_figure():
    network = architecture_of(arm(pooling="conv"))
    for layer in network.layers:
        assert {column.heading for column in LEDGER_COLUMNS} == set(readable(layer))


def test_layers_that_only_some_networks_have_stand_in_their_place():
    networks = [
        architecture_of(arm(pooling=name, norm=norm))
        for name, norm in (("none", "batch"), ("max", "none"))
    ]
    assert [
        *("block1.conv", "block1.norm", "block1.relu", "block1.pool"),
        *("block2.conv", "block2.norm", "block2.relu", "block2.pool"),
        *("head.gap", "head.logits"),
    ] == layer_names(networks)


def test_side_by_side_names_what_differs_and_leaves_out_what_is_not_there():
    networks = [(name, architecture_of(arm(pooling=name))) for name in ("max", "conv", "none")]
    rows = {row["layer"]: row for row in side_by_side(networks, PARAMETERS)}
    assert {"layer": "block1.conv", "max": 160, "conv": 160, "none": 160, "differs": ""} == rows[
        "block1.conv"
    ]
    pool = {"layer": "block1.pool", "max": 0, "conv": 2320, "none": None, "differs": "≠"}
    assert pool == rows["block1.pool"]


# what else changed


def test_measured_times_stand_side_by_side_with_the_whole_step_below():
    networks = [arm(pooling="max"), arm(pooling="strided")]
    architectures = [architecture_of(each) for each in networks]
    timed = [
        StepTime(
            (0.004, 0.002, 0.003),
            {
                layer.name: LayerTime((0.001, 0.001, 0.009), (0.002, 0.002, 0.002))
                for layer in each.layers
            },
        )
        for each in architectures
    ]
    rows = timed_rows(list(zip(("max", "strided"), timed, strict=True)), architectures)
    by_layer = {row["layer"]: row for row in rows}
    assert {"layer": "block1.pool", "max": "1.00 + 2.00", "strided": None} == by_layer[
        "block1.pool"
    ]
    assert {"layer": "whole step", "max": "3.00", "strided": "3.00"} == rows[-1]


def test_two_pools_that_learn_nothing_differ_in_little():
    changes = what_else(arm(pooling="max"), arm(pooling="average"))
    assert ["pooling operations per image"] == [change.what for change in changes]


def test_a_learned_convolution_changes_parameters_work_and_sight():
    changes = {change.what: change for change in what_else(arm(pooling="max"), arm(pooling="conv"))}
    assert ("5,130", "16,698") == (changes["parameters"].first, changes["parameters"].second)
    assert pytest.approx(16_698 / 5_130) == changes["parameters"].ratio
    assert {"MACs per image", "receptive field after the blocks, px"} <= set(changes)


def test_a_pool_less_leaves_a_larger_map_before_the_head():
    changes = {change.what: change for change in what_else(arm(pools=2), arm(pools=1))}
    found = changes["map before the head"]
    assert ("2 × 2", "4 × 4", 4.0) == (found.first, found.second, found.ratio)


def test_a_network_differs_in_nothing_from_itself():
    assert () == what_else(arm(), arm())


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"pooling": "max"}, {"pooling": "conv"}, "compare conv with conv-max"),
        (
            {"head": "gap", "hidden": 64},
            {"head": "flatten", "hidden": 64},
            "flatten-matched keeps positions with 1.10 times",
        ),
        (
            {"dataset": "shapes", "head": "gap", "widths": "4,4"},
            {"dataset": "shapes", "head": "flatten", "widths": "4,4"},
            "flatten-matched is no match at this map size",
        ),
    ],
)
def test_a_closer_control_is_named(first, second, said):
    assert said in matched_control(arm(**first), arm(**second))


@pytest.mark.parametrize(
    ("first", "second"), [("max", "average"), ("conv", "conv-max"), ("conv", "conv")]
)
def test_where_no_control_is_known_none_is_named(first, second):
    assert matched_control(arm(pooling=first), arm(pooling=second)) is None


# the sentence


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"pooling": ["max"]}, "Max learns 5,130 parameters."),
        (
            {"pooling": ["max", "average"]},
            "Both networks have 5,130 parameters and need the same MACs.",
        ),
        ({"pooling": ["max", "conv"]}, "Conv has 3.3 times the parameters of max."),
        (
            {"pooling": ["max", "none"]},
            "Both networks have 5,130 parameters, but none needs 3.7 times the MACs of max.",
        ),
        (
            {"pooling": ["max"], "head": ["gap", "flatten"]},
            "Max learns 5,130 parameters; a Flatten head adds 19 %.",
        ),
        (
            {"pooling": ["none"], "head": ["gap", "flatten"]},
            "None learns 5,130 parameters; a Flatten head has 4.9 times as many.",
        ),
        (
            {"pooling": ["max", "none"], "head": ["gap", "flatten"]},
            (
                "With a GAP head, both networks have 5,130 parameters, but none needs 3.7 times "
                "the MACs of max; a Flatten head has 4.9 times the parameters of GAP for none."
            ),
        ),
        (
            {"pooling": ["max", "conv"], "head": ["gap", "flatten"]},
            (
                "With a GAP head, conv has 3.3 times the parameters of max; a Flatten head adds "
                "19 % to the parameters of max."
            ),
        ),
        (
            {"pooling": ["max", "conv"], "head": ["flatten", "gap"]},
            "; a GAP head saves 16 % of the parameters of max.",
        ),
        ({"pooling": ["max"], "head": ["gap", "gmp"]}, "; a GMP head has the same number as GAP."),
        ({"pooling": ["max"], "head": ["flatten", "gap"]}, "; a GAP head saves 16 %."),
    ],
)
def test_the_sentence_says_what_costs_more(lists, said):
    sentence = plain(cost_headline(Results(comparison(**lists))))
    assert sentence.endswith(said) if said.startswith(";") else said == sentence


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("head", HEADS)
def test_every_network_has_a_sentence(pooling, head):
    lists = {"pooling": ["max", pooling], "head": ["gap", head]}
    sentence = plain(cost_headline(Results(comparison(**lists))))
    assert re.fullmatch(r"[A-Z][^.]*(\d\.\d[^.]*)*\.", sentence)


def test_the_sentence_names_the_largest_factor():
    # conv has 3.3 times the parameters of strided, but none needs 15 times its MACs
    arms = [arm(pooling=name, dataset="shapes") for name in ("strided", "conv", "none")]
    results = Results(Comparison.of(arms, range(3)))
    ratios = {factor.words[1]: factor.ratio for factor in factors(arms, results)}
    assert max(ratios, key=ratios.get) == "the MACs of"
    assert ratios["the MACs of"] > ratios["the parameters of"] > 1
    sentence = plain(cost_headline(results))
    assert f"None needs {ratios['the MACs of']:.0f} times the MACs of strided." == sentence


def timed(seconds, machines=("one", "one")):
    """Results of max and average, whose runs took these seconds on these processors."""
    results = trained(comparison(), [0.9, 0.9])
    for each, own, machine in zip(results.comparison.arms, seconds, machines, strict=True):
        for run, took in zip(results.of(each).values(), own, strict=True):
            object.__setattr__(run, "seconds", took)
            versions = {**run.machine.versions, "processor": machine}
            object.__setattr__(run, "machine", replace(run.machine, versions=versions))
    return results


def test_time_is_named_where_it_is_the_largest_factor():
    sentence = plain(cost_headline(timed(((1.0, 1.1, 1.2), (3.0, 3.3, 3.6)))))
    assert "but average takes 3.0 times the training time of max." in sentence


@pytest.mark.parametrize(
    ("seconds", "machines"),
    [
        # one run of the quicker network took longer than one of the slower
        (((1.0, 1.0, 3.5), (3.0, 3.3, 3.6)), ("one", "one")),
        # a busy machine explains the difference
        (((1.0, 1.0, 1.0), (1.1, 1.1, 1.1)), ("one", "one")),
        (((1.0, 1.0, 1.0), (3.0, 3.0, 3.0)), ("one", "another")),
    ],
)
def test_time_that_chance_or_the_machine_explains_is_not_named(seconds, machines):
    assert "time" not in plain(cost_headline(timed(seconds, machines)))


# figures


def test_networks_with_the_same_parameters_share_a_bar():
    compared = comparison(pooling=["max", "average", "conv"], head=["gap", "flatten"])
    rows = bars(compared.arms)
    assert [("max", "average"), ("conv",), ("max", "average"), ("conv",)] == [
        tuple(each.pooling for each in row.arms) for row in rows
    ]
    figure = figures.parameter_bars(compared.arms).draw(Look())
    totals = np.sum([trace.x for trace in figure.data], axis=0)
    assert [row.network.totals.parameters for row in rows] == totals.tolist()
    table = figures.parameter_bars(compared.arms).rows
    assert sum(row.network.totals.parameters * len(row.arms) for row in rows) == sum(
        part.parameters for part in table
    )


def test_parts_of_a_bar_stand_in_the_order_of_the_network():
    figure = figures.parameter_bars(comparison(pooling=["max", "conv"]).arms).draw(Look())
    names = ["block1.conv", "block1.pool", "block2.conv", "block2.pool", "head.logits"]
    assert names == [trace.name for trace in figure.data]


def test_the_front_holds_what_nothing_beats():
    compared = comparison(pooling=["max", "average", "none", "conv"])
    results = trained(compared, [0.95, 0.93, 0.90, 0.97])
    found = points(results, Measure.MACS)
    assert [Pooling.MAX, Pooling.CONV] == [point.arm.pooling for point in front(found)]
    rows = figures.tradeoff(results, Measure.MACS).rows
    assert {"max": True, "average": False, "none": False, "conv": True} == {
        row.pooling: row.on_the_front for row in rows
    }


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("dark", [False, True])
def test_every_cost_is_drawn_with_a_marker_per_network(measure, dark):
    results = trained(comparison(head=["gap", "flatten"]), [0.95, 0.93, 0.96, 0.94])
    latencies = tuple((arm, 0.1 * n) for n, arm in enumerate(results.comparison.arms, start=1))
    chart = figures.tradeoff(results, measure, latencies)
    figure = chart.draw(Look(dark))
    heights = [y for trace in figure.data if trace.mode == "markers" for y in trace.y]
    assert 4 == len(heights)
    assert 1 <= len(figure.layout.annotations) <= 4
    low, high = figure.layout.yaxis.range
    assert all(low < y < high for y in heights)
    assert "cheapest first" in chart.alt


def test_whiskers_against_a_cost_end_where_the_table_says():
    results = trained(comparison(head=["gap", "flatten"]), [0.95, 0.93, 0.96, 0.94])
    rows = figures.tradeoff(results, Measure.MACS).rows
    drawn = [
        (round(y, 2), round(y + half, 2))
        for trace in figures.tradeoff(results, Measure.MACS).draw(Look()).data
        if trace.mode == "markers"
        for y, half in zip(trace.y, trace.error_y.array, strict=True)
    ]
    expected = [(round(r.test_accuracy_percent, 2), round(r.high_percent, 2)) for r in rows]
    assert sorted(expected) == sorted(drawn)


def test_without_runs_there_is_nothing_to_weigh():
    empty = Results(comparison())
    assert [] == figures.tradeoff(empty, Measure.MACS).rows
    assert [] == list(figures.tradeoff(empty, Measure.MACS).draw(Look()).data)


def test_parameters_grow_with_the_area_after_flatten_and_not_at_all_after_gap():
    rows = figures.growth(arm()).rows
    of = {(row.head, row.image_side): row for row in rows}
    trained = arm().experiment
    network = describe(trained)
    assert network.totals.parameters == of[str(trained.model.head), 8].parameters
    assert of["gap", 8].parameters == of["gap", 128].parameters
    dense = of["flatten", 128].parameters - of["gap", 128].parameters
    assert 32 * 10 * (32 * 32 - 1) == dense
    assert "32 × 32 × 32 × 10 + 10 = 327,690" in of["flatten", 128].formula.replace(
        "327.7 k", "327,690"
    )
    assert [trace.name for trace in figures.growth(arm()).draw(Look()).data] == [
        "Flatten",
        "GAP",
        "Flatten, matched",
    ]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("hidden", [0, 7])
def test_the_formula_gives_the_parameters_of_the_first_dense_layer(head, hidden):
    experiment = Experiment.from_flat({"head": head, "hidden": hidden})
    network = describe(experiment)
    left, right = formula(network).split(" = ")
    dense = next(layer for layer in network.layers if layer.kind is LayerKind.DENSE)
    assert dense.parameters == eval(left.replace("×", "*")) == int(right.replace(",", ""))  # noqa: S307


def test_the_square_of_a_field_goes_on_into_the_padding():
    each = arm()
    found = fields(architecture_of(each), each.experiment.model)
    chart = figures.field_squares(np.zeros((8, 8), np.uint8), found, len(found) - 1)
    figure = chart.draw(Look())
    squares = [square for square in figure.layout.shapes[1:] if square.line.dash]
    assert len(found) == len(squares)
    assert [field.side for field in found] == [square.x1 - square.x0 for square in squares]
    assert squares[-1].x1 > 7.5
    assert "10 × 10 px" in figure.layout.annotations[0].text
    assert "10 by 10 pixels" in chart.alt


def test_mistakes_are_counted_by_class():
    labels, predictions = bytes([0, 0, 1, 2, 2]), bytes([0, 1, 1, 0, 2])
    counts = confusion_counts(labels, predictions, 3)
    assert [[1, 1, 0], [0, 1, 0], [1, 0, 1]] == counts.tolist()
    names = ("cat", "dog", "eel")
    chart = figures.confusion(labels, predictions, names)
    said = chart.alt
    assert "2 of 5 test images are misclassified; most often cat is mistaken for dog (once)." == (
        said
    )
    assert {"class": "cat", "predicted cat": 1, "predicted dog": 1, "predicted eel": 0} == (
        chart.rows[0]
    )


@pytest.mark.parametrize("difference", [False, True])
def test_the_diagonal_carries_no_colour_unless_two_runs_are_compared(difference):
    labels, predictions = answers([[50, 1], [2, 40]])
    minus = answers([[51, 0], [0, 42]])[1] if difference else None
    figure = figures.confusion(labels, predictions, ("0", "1"), minus).draw(Look())
    diagonal = [figure.data[0].z[i][i] for i in range(2)]
    assert difference == bool(np.isfinite(diagonal).all())
    assert 4 == len(figure.layout.annotations)


@pytest.mark.parametrize(("most", "often"), [(1, "once"), (2, "twice"), (3, "3 times")])
def test_how_often_a_class_is_mistaken_is_said_as_people_say_it(most, often):
    labels, predictions = answers([[50, most], [0, 42]])
    assert figures.confusion(labels, predictions, ("cat", "dog")).alt.endswith(f"({often}).")


def test_counts_of_mistakes_have_their_thousands_apart():
    labels, predictions = answers([[9000, 1200], [0, 1000]])
    assert (
        "1,200 of 11,200 test images are misclassified; most often cat is mistaken for dog "
        "(1,200 times)." == figures.confusion(labels, predictions, ("cat", "dog")).alt
    )


def test_no_mistake_at_all_is_said():
    chart = figures.confusion(*answers([[1, 0], [0, 1]]), ("0", "1"))
    assert "All of 2 test images are classified correctly." == chart.alt


def test_flatten_matched_is_drawn_where_it_exists():
    assert {str(Head.FLATTEN_MATCHED), "gap", "flatten"} == {
        row.head for row in figures.growth(arm(dataset=Dataset.SHAPES)).rows
    }
    assert DATASETS[Dataset.SHAPES].shape[1] in {
        row.image_side for row in figures.growth(arm()).rows
    }
